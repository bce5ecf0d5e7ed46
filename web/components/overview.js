/** Overview: how many pictures there are, and of what kinds; what is not counted yet is left out. */

import { count } from "../format.js";
import { t } from "../language.js";
import { partAddress } from "../parts.js";
import { html } from "../ui.js";
import { FigureLink } from "./figure-link.js";
import { InStudio, nameCondition } from "./in-studio.js";

const FIGURES = ["analysed", "unreadable", "animated", "rotated"];

/** `note` stands beside the heading; with the dataset's `id`, formats and what is unreadable lead to the files. */
export function Overview({ id, counts, note }) {
  return html`
    <section aria-labelledby="overview">
      <h2 id="overview">${t("findings.overview")}${note && html` <small>${note}</small>`}</h2>
      <dl class="figures">
        ${FIGURES.filter((name) => counts[name] !== undefined).map((name) => html`
          <div key=${name} class="figure"><dt>${t(`findings.${name}`)}</dt><dd><${Figure} id=${id} name=${name} value=${counts[name]} /></dd></div>`)}
        <${Kinds} id=${id} name=${t("findings.formats")} counts=${counts.formats} />
        <${Kinds} name=${t("findings.modes")} counts=${counts.modes} />
      </dl>
    </section>`;
}

function Figure({ id, name, value }) {
  const leads = id && name === "unreadable" && value > 0;
  return html`<${FigureLink} to=${leads && `${partAddress(id, "issues")}?issue=unreadable`}>${count(value)}<//>`;
}

/** With an `id` each leads to its files. */
function Kinds({ id, name, counts = {} }) {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (sorted.length === 0) return null;
  return html`
    <div class="figure kinds">
      <dt>${name}</dt>
      <dd>${sorted.map(([kind, value]) => html`<span key=${kind}>${kind} <b>${
        id ? html`<${InStudio} id=${id} chosen=${nameCondition("format", kind)}
          label=${t("in_short.see", { title: kind, count: value })}>${count(value)}<//>` : count(value)}</b></span>`)}</dd>
    </div>`;
}
