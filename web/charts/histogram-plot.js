/** HistogramPlot: the picture of a histogram; bars are SVG, words are text that keeps its size. */

import { compact } from "../format.js";
import { html } from "../ui.js";
import { HistogramBins } from "./histogram-bins.js";
import { ceiling, linearTicks, logTicks, placeOf } from "./ticks.js";

const HEIGHT = 100;

export function HistogramPlot({ edges, counts, logarithmic, tick, median, flagged, summary, at, point, leads }) {
  const top = ceiling(Math.max(...counts));
  const ends = [edges[0], edges.at(-1)];
  const place = (value) => placeOf(value, ends, logarithmic);
  return html`
    <div class="plot">
      <div class="plot-counts" aria-hidden="true"><span>${compact(top)}</span><span>${compact(top / 2)}</span><span>0</span></div>
      <svg viewBox=${`0 0 ${counts.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${summary}>
        <${Flagged} ranges=${flagged?.ranges} place=${place} bins=${counts.length} />
        <path class="plot-grid" d=${`M0 0.5H${counts.length}M0 ${HEIGHT / 2}H${counts.length}`} />
        ${counts.map((count, bin) => html`<${Bar} key=${bin} bin=${bin} share=${count / top} at=${at === bin} />`)}
        <${Median} value=${median} place=${place} bins=${counts.length} />
      </svg>
      <${HistogramBins} counts=${counts} point=${point} leads=${leads} />
      <div class="plot-values" aria-hidden="true">
        ${ticksOf(ends, { logarithmic, tick }).map(([words, value]) => html`
          <span key=${words} style=${{ left: `${100 * place(value)}%` }}>${words}</span>`)}
      </div>
    </div>`;
}

/** Words and values; what reads the same is said once. */
function ticksOf(ends, { logarithmic, tick }) {
  const values = logarithmic ? logTicks(...ends) : linearTicks(...ends);
  return [...new Map(values.map((value) => [tick(value), value]))];
}

function Bar({ bin, share, at }) {
  const height = share ? Math.max(share * HEIGHT, 1.5) : 0;
  return html`
    <rect class=${at ? "plot-bar pointed" : "plot-bar"} x=${bin + 0.06} y=${HEIGHT - height} width="0.88" height=${height} />`;
}

function Flagged({ ranges = [], place, bins }) {
  return ranges.map(([from, to]) => html`
    <rect key=${from} class="plot-flagged" x=${place(from) * bins} y="0" width=${(place(to) - place(from)) * bins} height=${HEIGHT} />`);
}

function Median({ value, place, bins }) {
  if (value === undefined) return null;
  return html`<path class="plot-median" d=${`M${place(value) * bins} 0V${HEIGHT}`} />`;
}
