/** SizeMap: how many pictures are about how wide and how high; both grow by a constant factor, squares lie on the diagonal. */

import { FigureLink } from "../components/figure-link.js";
import { count, figure } from "../format.js";
import { t } from "../language.js";
import { studioAddress } from "../studio/chosen.js";
import { html } from "../ui.js";
import { ChartFrame } from "./chart-frame.js";
import { ChartTable } from "./chart-table.js";
import { rangeWords } from "./histogram-table.js";
import { logTicks, placeOf } from "./ticks.js";

const COLUMNS = ["width_from", "width_to", "height_from", "height_to", "pictures"];
/** Of the fewest pictures something is still seen. */
const FAINTEST = 0.2;

/** `sizes` as an exploration tells them; a cell leads to its pictures in the dataset of this `id`. */
export function SizeMap({ id, sizes: { edges, cells, common, different } }) {
  const ordered = cells.toSorted((one, other) => other.items - one.items);
  const bins = edges.length - 1;
  const ends = [edges[0], edges.at(-1)];
  const ticks = logTicks(...ends).map((value) => [figure(value), placeOf(value, ends, true)]);
  const told = { count: different, ...common[0] };
  const leads = ({ x, y }) => studioAddress(id, { width: rangeOf(edges, x), height: rangeOf(edges, y) });
  return html`
    <${ChartFrame} name="sizes" title=${t("eda.sizes")} hint=${t("eda.sizes_hint")} columns=${COLUMNS}
      rows=${() => cells.map((cell) => [edges[cell.x], edges[cell.x + 1], edges[cell.y], edges[cell.y + 1], cell.items])}
      table=${html`<${ChartTable} label=${t("eda.sizes")} columns=${[t("eda.width_height"), t("chart.count")]}
        rows=${ordered.map((cell) => [wordsOf(edges, cell), html`<${FigureLink} to=${leads(cell)}>${count(cell.items)}<//>`])} />`}
      foot=${() => t("eda.sizes_foot", told)}>
      <div class="size-map">
        <span class="size-map-high" aria-hidden="true">${t("attribute.height")}</span>
        <div class="size-map-field" role="img" aria-label=${t("eda.sizes_summary", told)}>
          ${ticks.map(([words, place]) => html`
            <span key=${words} class="size-map-tick" aria-hidden="true" style=${{ left: `${100 * place}%` }}>${words}</span>
            <span key=${`${words} high`} class="size-map-tick high" aria-hidden="true" style=${{ bottom: `${100 * place}%` }}>${words}</span>`)}
        </div>
        <div class="size-map-cells" aria-hidden="true">
          ${ordered.map((cell) => html`
            <a key=${`${cell.x} ${cell.y}`} tabindex="-1" href=${leads(cell)} title=${`${wordsOf(edges, cell)}: ${count(cell.items)}`}
              style=${{ left: `${(100 * cell.x) / bins}%`, bottom: `${(100 * cell.y) / bins}%`, width: `${100 / bins}%`, height: `${100 / bins}%`,
                opacity: FAINTEST + (1 - FAINTEST) * Math.sqrt(cell.items / ordered[0].items) }}></a>`)}
        </div>
        <span class="size-map-wide" aria-hidden="true">${t("attribute.width")}</span>
      </div>
    <//>`;
}

function rangeOf(edges, bin) {
  return { from: edges[bin], to: edges[bin + 1] };
}

function wordsOf(edges, { x, y }) {
  const show = (value) => count(value);
  return `${rangeWords(edges, x, show)} × ${rangeWords(edges, y, show)}`;
}
