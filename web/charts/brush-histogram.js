/** BrushHistogram: a histogram of all and of what is left, on which a range can be drawn, moved by keys, and cleared. */

import { t } from "../language.js";
import { html, useRef } from "../ui.js";
import { linearTicks, logTicks, placeOf } from "./ticks.js";

const HEIGHT = 100;
const TICKS = 4;

/**
 * @param title, summary what is counted; all of it in a sentence
 * @param edges, all, left one edge more than counts
 * @param chosen `{from, to}` or undefined
 * @param choose called with a range whose ends are edges, or null
 * @param show, tick, logarithmic as a Histogram has them
 */
export function BrushHistogram({ title, summary, edges, all, left, chosen, choose, show, tick, logarithmic }) {
  const area = useRef(null);
  const drag = useRef(null);
  const bins = all.length;
  const at = (event) => {
    const { left: from, width } = area.current.getBoundingClientRect();
    return Math.min(Math.max(Math.floor((bins * (event.clientX - from)) / width), 0), bins - 1);
  };
  const down = (event) => {
    if (event.button !== 0) return;
    area.current.setPointerCapture(event.pointerId);
    drag.current = { from: at(event), moved: false };
  };
  const move = (event) => {
    if (!drag.current) return;
    const to = at(event);
    if (to === drag.current.last) return;
    Object.assign(drag.current, { last: to, moved: drag.current.moved || to !== drag.current.from });
    if (drag.current.moved) choose(rangeOf(edges, drag.current.from, to));
  };
  const up = (event) => {
    if (!drag.current) return;
    const { from, moved } = drag.current;
    drag.current = null;
    if (!moved) choose(chosen ? null : rangeOf(edges, from, at(event)));
  };
  const ends = [edges[0], edges.at(-1)];
  const places = chosen && [chosen.from, chosen.to].map((value) => placeOf(value, ends, logarithmic));
  const top = Math.max(...all, 1);
  return html`
    <figure class="brush" aria-label=${title}>
      <figcaption><b>${title}</b>${chosen && html`<span>${show(chosen.from)} – ${show(chosen.to)}</span>`}</figcaption>
      <div class="brush-area" ref=${area} onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${() => (drag.current = null)}>
        <svg viewBox=${`0 0 ${bins} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${summary}>
          <path class="brush-all" d=${bars(all, top)} />
          <path class="brush-left" d=${bars(left, top)} />
        </svg>
        ${places && html`<span class="brush-range" style=${{ left: `${100 * places[0]}%`, right: `${100 * (1 - places[1])}%` }}></span>`}
        ${["from", "to"].map((end) => html`
          <${Handle} key=${end} end=${end} title=${title} edges=${edges} chosen=${chosen ?? { from: ends[0], to: ends[1] }}
            choose=${choose} show=${show} place=${places ? places[end === "from" ? 0 : 1] : Number(end === "to")} />`)}
      </div>
      <div class="brush-ticks" aria-hidden="true">
        ${ticksOf(ends, { logarithmic, tick }).map(([words, value]) => html`
          <span key=${words} style=${{ left: `${100 * placeOf(value, ends, logarithmic)}%` }}>${words}</span>`)}
      </div>
    </figure>`;
}

/** One end of the range: arrows move it by a bin, Home and End to the ends, Escape takes the range away. */
function Handle({ end, title, edges, chosen, choose, show, place }) {
  const bin = nearest(edges, chosen[end]);
  const keys = { ArrowLeft: bin - 1, ArrowDown: bin - 1, ArrowRight: bin + 1, ArrowUp: bin + 1, Home: 0, End: edges.length - 1 };
  const press = (event) => {
    if (event.key === "Escape") choose(null);
    if (!(event.key in keys)) return;
    event.preventDefault();
    const value = edges[Math.min(Math.max(keys[event.key], 0), edges.length - 1)];
    const range = { ...chosen, [end]: value };
    if (range.from < range.to) choose(range.from === edges[0] && range.to === edges.at(-1) ? null : range);
  };
  return html`
    <span class="brush-handle" role="slider" tabindex="0" style=${{ left: `${100 * place}%` }} onKeyDown=${press}
      aria-label=${t(`studio.${end}`, { title })} aria-valuemin=${edges[0]} aria-valuemax=${edges.at(-1)}
      aria-valuenow=${chosen[end]} aria-valuetext=${show(chosen[end])}></span>`;
}

function rangeOf(edges, one, other) {
  return { from: edges[Math.min(one, other)], to: edges[Math.max(one, other) + 1] };
}

function nearest(edges, value) {
  return edges.reduce((best, edge, n) => (Math.abs(edge - value) < Math.abs(edges[best] - value) ? n : best), 0);
}

function bars(counts, top) {
  let path = "";
  for (let bin = 0; bin < counts.length; bin += 1) {
    if (!counts[bin]) continue;
    const height = Math.max((HEIGHT * counts[bin]) / top, 1.5);
    path += `M${bin + 0.06} ${HEIGHT}v${-height}h.88v${height}z`;
  }
  return path;
}

function ticksOf(ends, { logarithmic, tick }) {
  const values = logarithmic ? logTicks(...ends, TICKS) : linearTicks(...ends, TICKS);
  return [...new Map(values.map((value) => [tick(value), value]))];
}
