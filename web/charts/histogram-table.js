/** HistogramTable: the same counts as rows; empty bins at the ends are left out. */

import { FigureLink } from "../components/figure-link.js";
import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { ChartTable, filled } from "./chart-table.js";

/** With `leads(first, last)` counts lead to the pictures in these bins. */
export function HistogramTable({ edges, counts, show, leads }) {
  const rows = filled(counts).map((bin) => [
    rangeWords(edges, bin, show),
    html`<${FigureLink} to=${counts[bin] > 0 && leads?.(bin, bin)}>${count(counts[bin])}<//>`,
  ]);
  return html`<${ChartTable} label=${t("chart.count")} columns=${[t("chart.range"), t("chart.count")]} rows=${rows} />`;
}

export function rangeWords(edges, bin, show) {
  return t("chart.from_to", { from: show(edges[bin]), to: show(edges[bin + 1]) });
}
