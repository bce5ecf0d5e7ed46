/** AttributePanel: a histogram of every attribute; a range drawn on one narrows all that is shown. */

import { attributeScale } from "../attributes.js";
import { BrushHistogram } from "../charts/brush-histogram.js";
import { t } from "../language.js";
import { html } from "../ui.js";

const FIRST = ["brightness", "sharpness", "contrast", "saturation"];

export function AttributePanel({ studio }) {
  const { chosen } = studio;
  const shown = chosen.value;
  const names = Object.keys(studio.bins).sort((one, other) => rank(one) - rank(other));
  return html`
    <section class="studio-part" aria-labelledby="studio-attributes">
      <h2 id="studio-attributes">${t("findings.attributes")}</h2>
      ${names.map((name) => html`
        <${BrushHistogram} key=${name} title=${t(`attribute.${name}`)} ...${studio.histogram(name)} ...${attributeScale(name)}
          chosen=${shown[name]} choose=${(range) => studio.choose(name, range)} />`)}
    </section>`;
}

function rank(name) {
  return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
}
