/** ExplorationSoFar: what has been counted while pictures are still being read. */

import { bytes, count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function ExplorationSoFar({ counts }) {
  const figures = {
    analysed: count(counts.analysed),
    unreadable: count(counts.unreadable),
    bytes: bytes(counts.size_bytes),
    located: count(counts.located),
  };
  return html`
    <dl class="figures">
      ${Object.entries(figures).map(([name, words]) => html`
        <div key=${name} class="figure"><dt>${t(`eda.figure.${name}`)} <small>${t("findings.so_far")}</small></dt><dd>${words}</dd></div>`)}
      <div class="figure kinds">
        <dt>${t("findings.formats")}</dt>
        <dd>${Object.entries(counts.formats).map(([name, items]) => html`<span key=${name}>${name} <b>${count(items)}</b></span>`)}</dd>
      </div>
    </dl>`;
}
