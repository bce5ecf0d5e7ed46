/** MapStage: which part of a map is seen, which point is looked at, and what is being enclosed. */

import { computed, signal } from "../ui.js";
import { boundsOf, frameOf, pannedView, placeOn, pointAt, wholeView, zoomedView } from "./map-view.js";
import { PointIndex } from "./point-index.js";

const REACH = 24;
const STEP = 8;
/** Pixels within which points cannot be told apart. */
const SAME = 1;

export class MapStage {
  #index;

  constructor(x, y) {
    this.x = x;
    this.y = y;
    this.bounds = boundsOf(x, y);
    this.shown = null;
    this.size = signal({ width: 0, height: 0, ratio: 1 });
    this.view = signal(wholeView(this.bounds));
    /** the point under the pointer, or the one that keys have gone to */
    this.pointed = signal(null);
    /** the line being drawn around points, as places; null where there is none */
    this.outline = signal(null);
    this.zoomed = computed(() => this.view.value.zoom > 1);
    this.frame = computed(() => frameOf(this.view.value, this.bounds, this.size.value));
  }

  pan(by) {
    this.view.value = pannedView(this.view.peek(), this.bounds, this.frame.peek(), by);
  }

  zoom(factor, at = this.middle()) {
    this.view.value = zoomedView(this.view.peek(), this.bounds, this.frame.peek(), { factor, at });
  }

  showAll() {
    this.view.value = wholeView(this.bounds);
  }

  middle() {
    const { width, height } = this.size.peek();
    return { x: width / 2, y: height / 2 };
  }

  /** Where a point is seen. */
  placeOf(index) {
    return placeOn(this.frame.value, this.x[index], this.y[index]);
  }

  /** The shown point that is nearest to a place, if one is near enough to be meant. */
  nearest(place, reach = REACH) {
    const { scale } = this.frame.peek();
    return this.#points().nearest(this.#pointAt(place), reach / scale, (n) => this.#isShown(n));
  }

  /** Looks at the next point in a direction, `[1, 0]` to the right; at first the one in the middle. */
  step([right, down]) {
    const from = this.pointed.peek();
    const next = from === null ? this.nearest(this.middle(), Infinity) : this.#beyond(from, right, down);
    if (next === null) return;
    this.pointed.value = next;
    this.#bringIntoView(next);
  }

  /** The shown points that are seen at the place of this one, with it, by rising index. */
  together(index) {
    const half = SAME / this.frame.peek().scale;
    const [x, y] = [this.x[index], this.y[index]];
    const square = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([right, down]) => ({ x: x + right * half, y: y + down * half }));
    return this.#points().inside(square, (n) => this.#isShown(n));
  }

  /** Looks at the next point at the same place, and after the last at the first. */
  next() {
    const from = this.pointed.peek();
    if (from === null) return;
    const all = this.together(from);
    this.pointed.value = all[(all.indexOf(from) + 1) % all.length];
  }

  /** The shown points within the outline. */
  enclosed() {
    const outline = this.outline.peek().map((place) => this.#pointAt(place));
    return this.#points().inside(outline, (n) => this.#isShown(n));
  }

  #beyond(from, right, down) {
    const [x, y, least] = [this.x[from], this.y[from], STEP / this.frame.peek().scale];
    return this.#points().nearest({ x, y }, Infinity, (n) => {
      const along = (this.x[n] - x) * right + (this.y[n] - y) * down;
      const across = Math.abs((this.x[n] - x) * down - (this.y[n] - y) * right);
      return along >= least && across <= along && this.#isShown(n);
    });
  }

  #bringIntoView(index) {
    const place = this.placeOf(index);
    const { width, height } = this.size.peek();
    const away = (at, length) => (at < STEP || at > length - STEP ? length / 2 - at : 0);
    const by = [away(place.x, width), away(place.y, height)];
    if (by.some(Boolean)) this.pan(by);
  }

  #pointAt(place) {
    return pointAt(this.frame.peek(), place);
  }

  #isShown(index) {
    return !this.shown || this.shown[index] === 1;
  }

  // only when somebody points: the first picture is there sooner
  #points() {
    this.#index ??= new PointIndex(this.x, this.y, this.bounds);
    return this.#index;
  }
}
