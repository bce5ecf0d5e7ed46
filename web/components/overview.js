/** Overview: how many pictures there are, and of what kinds; what is not counted yet is left out. */

import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";

const FIGURES = ["analysed", "unreadable", "animated", "rotated"];

/** `note` stands beside the heading. */
export function Overview({ counts, note }) {
  return html`
    <section aria-labelledby="overview">
      <h2 id="overview">${t("findings.overview")}${note && html` <small>${note}</small>`}</h2>
      <dl class="figures">
        ${FIGURES.filter((name) => counts[name] !== undefined).map((name) => html`
          <div key=${name} class="figure"><dt>${t(`findings.${name}`)}</dt><dd>${count(counts[name])}</dd></div>`)}
        <${Kinds} name=${t("findings.formats")} counts=${counts.formats} />
        <${Kinds} name=${t("findings.modes")} counts=${counts.modes} />
      </dl>
    </section>`;
}

function Kinds({ name, counts = {} }) {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (sorted.length === 0) return null;
  return html`
    <div class="figure kinds">
      <dt>${name}</dt>
      <dd>${sorted.map(([kind, value]) => html`<span key=${kind}>${kind} <b>${count(value)}</b></span>`)}</dd>
    </div>`;
}
