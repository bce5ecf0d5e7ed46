/** OverlayPlot: how the shares of two sides are spread over the same bins; one filled, one as a line. */

import { count, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ChartFrame } from "./chart-frame.js";
import { ChartTable, filled } from "./chart-table.js";
import { rangeWords } from "./histogram-table.js";
import { linearTicks, logTicks, placeOf } from "./ticks.js";

const HEIGHT = 100;

/** `reference` and `current` are counts between `edges`; sides of different sizes are drawn as shares. `names` are theirs. */
export function OverlayPlot({ name, title, hint, edges, reference, current, logarithmic, show, tick, names }) {
  const sides = [reference, current].map(sharesOf);
  const top = Math.max(...sides.flat());
  const ends = [edges[0], edges.at(-1)];
  const ticks = logarithmic ? logTicks(...ends) : linearTicks(...ends);
  const [one, other] = [names.reference, names.current].map(visible);
  const rows = filled(reference.map((count, bin) => count + current[bin])).map((bin) => [
    rangeWords(edges, bin, show),
    ...[reference, current].map((counts, side) => `${count(counts[bin])} (${share(sides[side][bin])})`),
  ]);
  const most = [reference, current].map((counts) => rangeWords(edges, counts.indexOf(Math.max(...counts)), show));
  return html`
    <${ChartFrame} name=${`drift-${name}`} title=${title} hint=${hint} columns=${["from", "to", "reference", "current"]}
      rows=${() => reference.map((each, bin) => [edges[bin], edges[bin + 1], each, current[bin]])}
      table=${html`<${ChartTable} label=${title} columns=${[t("chart.range"), one, other]} rows=${rows} />`}>
      <div class="plot" role="img" aria-label=${t("drift.chart", { title, one, other, most: most[0], otherMost: most[1] })}>
        <div class="plot-counts" aria-hidden="true"><span>${share(top)}</span><span>0</span></div>
        <${Sides} sides=${sides} top=${top} />
        <div class="plot-values" aria-hidden="true">
          ${[...new Map(ticks.map((value) => [tick(value), value]))].map(([words, value]) => html`
            <span key=${words} style=${{ left: `${100 * placeOf(value, ends, logarithmic)}%` }}>${words}</span>`)}
        </div>
      </div>
    <//>`;
}

/** The same without axes, to stand in a row beside its figures. */
export function OverlaySpark({ reference, current }) {
  const sides = [reference, current].map(sharesOf);
  return html`<span class="overlay-spark" aria-hidden="true"><${Sides} sides=${sides} top=${Math.max(...sides.flat())} /></span>`;
}

function Sides({ sides, top }) {
  return html`
    <svg viewBox=${`0 0 ${sides[0].length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path class="overlay-reference" d=${`${stairs(sides[0], top)}V${HEIGHT}H0Z`} />
      <path class="overlay-current" d=${stairs(sides[1], top)} />
    </svg>`;
}

function sharesOf(counts) {
  const sum = counts.reduce((total, each) => total + each, 0);
  return counts.map((each) => each / Math.max(sum, 1));
}

function stairs(shares, top) {
  const height = (value) => HEIGHT - (value / top) * HEIGHT;
  return shares.map((value, bin) => `${bin ? "V" : `M0 ${HEIGHT}V`}${height(value)}H${bin + 1}`).join("");
}
