/** HistogramTable: the same counts as rows; empty bins at the ends are left out. */

import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** With `leads(first, last)` counts lead to the pictures in these bins. */
export function HistogramTable({ edges, counts, show, leads }) {
  const filled = [...counts.keys()].filter((bin) => counts[bin] > 0);
  const bins = [...counts.keys()].slice(filled[0], filled.at(-1) + 1);
  return html`
    <div class="chart-table" tabindex="0" role="region" aria-label=${t("chart.count")}>
      <table>
        <thead><tr><th scope="col">${t("chart.range")}</th><th scope="col">${t("chart.count")}</th></tr></thead>
        <tbody>
          ${bins.map((bin) => html`
            <tr key=${bin}>
              <th scope="row">${t("chart.from_to", { from: show(edges[bin]), to: show(edges[bin + 1]) })}</th>
              <td>${leads && counts[bin] > 0 ? html`<a class="in-studio" href=${leads(bin, bin)}>${count(counts[bin])}</a>` : count(counts[bin])}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>`;
}
