/** BinsTable: the figures of a histogram of the studio as rows: of all, and of what is left. */

import { ChartTable, filled } from "../charts/chart-table.js";
import { rangeWords } from "../charts/histogram-table.js";
import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function BinsTable({ title, edges, all, left, show }) {
  const rows = filled([...all]).map((bin) => [rangeWords(edges, bin, show), count(left[bin]), count(all[bin])]);
  return html`
    <figure class="brush" aria-label=${title}>
      <figcaption><b>${title}</b></figcaption>
      <${ChartTable} label=${title} columns=${[t("chart.range"), t("studio.left_column"), t("studio.all_column")]} rows=${rows} />
    </figure>`;
}
