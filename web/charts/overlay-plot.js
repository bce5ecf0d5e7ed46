/** OverlayPlot: how the shares of two sides are spread over the same bins; one filled, one as a line. */

import { share } from "../format.js";
import { t } from "../language.js";
import { html, useId } from "../ui.js";
import { linearTicks, logTicks, placeOf } from "./ticks.js";

const HEIGHT = 100;

/** `reference` and `current` are counts between `edges`; sides of different sizes are drawn as shares. */
export function OverlayPlot({ title, hint, edges, reference, current, logarithmic, tick }) {
  const id = useId();
  const sides = [reference, current].map(sharesOf);
  const top = Math.max(...sides.flat());
  const ends = [edges[0], edges.at(-1)];
  const ticks = logarithmic ? logTicks(...ends) : linearTicks(...ends);
  return html`
    <figure class="histogram" aria-labelledby=${id}>
      <figcaption><span class="chart-name"><b id=${id}>${title}</b><small>${hint}</small></span></figcaption>
      <div class="plot" role="img" aria-label=${t("drift.chart", { title })}>
        <div class="plot-counts" aria-hidden="true"><span>${share(top)}</span><span>0</span></div>
        <${Sides} sides=${sides} top=${top} />
        <div class="plot-values" aria-hidden="true">
          ${[...new Map(ticks.map((value) => [tick(value), value]))].map(([words, value]) => html`
            <span key=${words} style=${{ left: `${100 * placeOf(value, ends, logarithmic)}%` }}>${words}</span>`)}
        </div>
      </div>
    </figure>`;
}

/** The same without axes, to stand in a row beside its figures. */
export function OverlaySpark({ reference, current }) {
  const sides = [reference, current].map(sharesOf);
  return html`<span class="overlay-spark"><${Sides} sides=${sides} top=${Math.max(...sides.flat())} /></span>`;
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
