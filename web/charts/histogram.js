/** Histogram: counts in bins, with axes, the median, what is flagged, a table, and what is pointed at. */

import { FigureLink } from "../components/figure-link.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { ChartFrame } from "./chart-frame.js";
import { HistogramPlot } from "./histogram-plot.js";
import { HistogramTable } from "./histogram-table.js";

/**
 * @param title, hint what is counted, and how it is measured
 * @param edges, counts one edge more than counts
 * @param logarithmic whether the bins grow by a constant factor
 * @param show, tick a value in words; as short words for the axis
 * @param median a value to mark, if it is known
 * @param flagged `{label, ranges, to}`: which part of the axis is an issue, if any is, and where its pictures are seen
 * @param name what the file of its figures is called
 * @param leads `(first, last)` the address of the pictures in these bins; may be left out
 */
export function Histogram(chart) {
  const { name, title, hint, edges, counts, show, leads } = chart;
  const [at, point] = useState(null);
  if (counts.length === 1) return html`<${OneValue} ...${chart} />`;
  return html`
    <${ChartFrame} name=${name} title=${title} hint=${hint} columns=${["from", "to", "pictures"]}
      rows=${() => counts.map((each, bin) => [edges[bin], edges[bin + 1], each])}
      table=${html`<${HistogramTable} edges=${edges} counts=${counts} show=${show} leads=${leads} />`}
      foot=${(asTable) => html`<${Foot} chart=${chart} at=${asTable ? null : at} />`}>
      <${HistogramPlot} ...${chart} summary=${summaryOf(chart)} at=${at} point=${point} />
    <//>`;
}

/** Where all values are the same there is nothing to draw. */
function OneValue({ title, hint, counts: [count], show, median, leads }) {
  return html`
    <figure class="histogram">
      <figcaption><span class="chart-name"><b>${title}</b><small>${hint}</small></span></figcaption>
      <p class="chart-one"><b>${show(median)}</b> <small><${FigureLink} to=${leads?.(0, 0)}>${t("chart.all_equal", { count })}<//></small></p>
    </figure>`;
}

function Foot({ chart: { edges, counts, show, median, flagged }, at }) {
  if (at !== null) {
    return html`<span>${t("chart.value", { from: show(edges[at]), to: show(edges[at + 1]), count: counts[at] })}</span>`;
  }
  return html`
    <span>${median !== undefined && t("chart.median", { value: show(median) })}</span>
    ${flagged && html`<span class="chart-flagged"><${FigureLink} to=${flagged.to}>${flagged.label}<//></span>`}`;
}

/** All of it in a sentence, for whoever cannot see it. */
export function summaryOf({ title, edges, counts, show }) {
  const most = counts.indexOf(Math.max(...counts));
  return t("chart.summary", {
    title,
    count: counts.reduce((sum, each) => sum + each, 0),
    min: show(edges[0]),
    max: show(edges.at(-1)),
    from: show(edges[most]),
    to: show(edges[most + 1]),
  });
}
