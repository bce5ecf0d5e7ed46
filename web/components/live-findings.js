/** LiveFindings: what an analysis has found so far, while it runs. */

import { Histogram } from "../charts/histogram.js";
import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function LiveFindings({ live }) {
  const counts = live.preview.value?.counts;
  return html`
    <section class="findings live" aria-label=${t("findings.so_far")}>
      <h2>${t("findings.overview")} <small>${t("findings.so_far")}</small></h2>
      ${counts && html`<${Counts} counts=${counts} />`}
      <p class="hint">${t("findings.pending")}</p>
    </section>`;
}

function Counts({ counts }) {
  const bins = counts.histograms?.brightness ?? [];
  const edges = Array.from({ length: bins.length + 1 }, (_, n) => n / bins.length);
  const issues = Object.entries(counts.issues ?? {}).sort();
  return html`
    <dl class="figures">
      <${Figure} name=${t("findings.analysed")} value=${counts.analysed} />
      <${Figure} name=${t("findings.unreadable")} value=${counts.unreadable} />
      ${issues.map(([name, value]) => html`<${Figure} key=${name} name=${t(`issue.${name}`)} value=${value} />`)}
    </dl>
    ${bins.length > 0 && html`
      <div class="charts">
        <${Histogram} title=${t("attribute.brightness")} edges=${edges} counts=${bins} summary=${t("findings.so_far")} />
      </div>`}`;
}

function Figure({ name, value }) {
  return html`<div class="figure"><dt>${name}</dt><dd>${count(value)}</dd></div>`;
}
