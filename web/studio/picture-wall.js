/** PictureWall: the wanted pictures, however many; only those in sight are in the page. */

import { Thumbnail } from "../components/thumbnail.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { heldPlace, holdPlace } from "./wall-place.js";

const LEAST_WIDTH = 136;
const CAPTION = 30;
const GAP = 10;
/** Rows above and below those in sight. */
const SPARE = 2;

/** `open(n)` is called with the place of a picture on the wall. */
export function PictureWall({ studio, open }) {
  const frame = useRef(null);
  const [seen, setSeen] = useState({ top: 0, width: 0, height: 0 });
  const look = () => {
    if (!frame.current) return; // it may have left the page meanwhile
    const { scrollTop, clientWidth: width, clientHeight: height } = frame.current;
    const grid = gridOf({ width }, 0);
    // by whole rows, so that most of a slow scroll draws nothing anew
    const now = { top: Math.floor(scrollTop / grid.row) * grid.row, width, height };
    setSeen((before) => (sameView(before, now) ? before : now));
    holdPlace(studio, scrollTop, grid);
  };
  useEffect(() => {
    const watching = new ResizeObserver(look);
    watching.observe(frame.current);
    return () => watching.disconnect();
  }, []);
  const wanted = studio.wanted.value;
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = heldPlace(studio, gridOf({ width: frame.current.clientWidth }, 0));
    look();
  }, [wanted]);
  const grid = gridOf(seen, wanted.length);
  const move = (event) => moveFocus(event, { frame: frame.current, grid, count: wanted.length });
  return html`
    <div class="wall" ref=${frame} onScroll=${look} role="region" aria-label=${t("studio.pictures")} tabindex="0" onKeyDown=${move}>
      <ul class="wall-rows" style=${{ height: `${grid.height}px` }}>
        ${inSight(seen, grid, wanted.length).map((n) => html`
          <${Tile} key=${wanted[n]} n=${n} count=${wanted.length} id=${studio.ids[wanted[n]]} grid=${grid} studio=${studio} open=${open} />`)}
      </ul>
      ${wanted.length === 0 && html`<p class="patience">${t("items.none")}</p>`}
    </div>`;
}

function Tile({ n, count, id, grid, studio, open }) {
  studio.cards.come.value; // looks again when cards have come
  const card = studio.cards.of(id);
  const picked = studio.picked.value.has(id);
  const place = { left: `${(n % grid.columns) * grid.step}px`, top: `${Math.floor(n / grid.columns) * grid.row}px`, width: `${grid.step - GAP}px` };
  const name = card ? visible(card.path) : "";
  return html`
    <li class=${picked ? "tile picked" : "tile"} style=${place} aria-posinset=${n + 1} aria-setsize=${count}>
      <button class="tile-open" data-n=${n} onClick=${() => open(n)} title=${name}>
        <${Thumbnail} sha256=${card?.thumbnail ? card.sha256 : null} />
        <span class="tile-name">${name.split("/").at(-1) || "\u00a0"}</span>
      </button>
      <input class="tile-pick" type="checkbox" checked=${picked} aria-label=${t("studio.pick", { path: name })}
        onClick=${(event) => pick(studio, n, event)} />
    </li>`;
}

/** One picture more or less; with Shift all between it and the one before. */
function pick(studio, n, event) {
  const picked = new Set(studio.picked.peek());
  const wanted = studio.wanted.peek();
  const from = event.shiftKey && studio.lastPicked !== undefined ? studio.lastPicked : n;
  for (let each = Math.min(from, n); each <= Math.max(from, n); each += 1) {
    const id = studio.ids[wanted[each]];
    if (event.target.checked) picked.add(id);
    else picked.delete(id);
  }
  studio.lastPicked = n;
  studio.picked.value = picked;
}

function sameView(one, other) {
  return one.top === other.top && one.width === other.width && one.height === other.height;
}

function gridOf({ width }, count) {
  const columns = Math.max(2, Math.floor((width + GAP) / (LEAST_WIDTH + GAP)));
  const step = (width + GAP) / columns;
  const row = step - GAP + CAPTION + GAP;
  return { columns, step, row, height: Math.ceil(count / columns) * row };
}

function inSight({ top, height }, { columns, row }, count) {
  const first = Math.max(0, Math.floor(top / row) - SPARE) * columns;
  const last = Math.min(count, (Math.ceil((top + height) / row) + 1 + SPARE) * columns);
  return Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
}

/** Arrows go from picture to picture, also to those that are not there yet. */
function moveFocus(event, { frame, grid, count }) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.columns, ArrowDown: grid.columns };
  const at = event.target.dataset?.n;
  if (at === undefined || !(event.key in steps)) return;
  event.preventDefault();
  const n = Number(at) + steps[event.key];
  if (n < 0 || n >= count) return;
  const top = Math.floor(n / grid.columns) * grid.row;
  if (top < frame.scrollTop) frame.scrollTop = top;
  if (top + grid.row > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + grid.row - frame.clientHeight;
  requestAnimationFrame(() => requestAnimationFrame(() => frame.querySelector(`[data-n="${n}"]`)?.focus({ preventScroll: true })));
}
