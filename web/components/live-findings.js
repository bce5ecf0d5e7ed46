/** LiveFindings: what an analysis has found so far, where its findings will stand. */

import { brightnessChart } from "../attributes.js";
import { count } from "../format.js";
import { AT_THE_END, inOrder } from "../issues.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { AttributeCharts } from "./attribute-charts.js";
import { Overview } from "./overview.js";

export function LiveFindings({ live }) {
  const counts = live.preview.value;
  const note = t("findings.so_far");
  if (!counts) return html`<p class="patience">${t("findings.pending")}</p>`;
  return html`
    <div class="findings">
      <${Overview} counts=${counts} note=${note} />
      <${IssuesSoFar} counts=${{ unreadable: counts.unreadable, ...counts.issues }} note=${note} />
      ${counts.histograms && html`<${AttributeCharts} charts=${[brightnessChart(counts.histograms.brightness)]} note=${note} />`}
    </div>`;
}

function IssuesSoFar({ counts, note }) {
  const names = inOrder([...Object.keys(counts), ...AT_THE_END], (name) => name);
  return html`
    <section aria-labelledby="issues-so-far">
      <h2 id="issues-so-far">${t("findings.issues")} <small>${note}</small></h2>
      <div class="issues">
        <ul class="issue-rows">
          ${names.map((name) => html`
            <li key=${name} class=${counts[name] ? "issue-row found" : "issue-row"}>
              <span>${t(`issue.${name}`)}</span>
              ${name in counts ? html`<b>${count(counts[name])}</b>` : html`<small>${t("findings.at_the_end")}</small>`}
            </li>`)}
        </ul>
        <p class="patience">${t("findings.pending")}</p>
      </div>
    </section>`;
}
