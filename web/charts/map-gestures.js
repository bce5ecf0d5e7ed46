/** MapGestures: what hands do with a map: point, drag, pinch, turn the wheel, draw around points. */

const MOVED = 4;
const LINE = 16;

export class MapGestures {
  #pointers = new Map();
  #armed = false;

  /** `choose(indices)` is told what was pressed or enclosed; `lassoing()` whether a drag encloses. */
  constructor(element, stage, { choose, lassoing }) {
    Object.assign(this, { element, stage, choose, lassoing });
    const end = new AbortController();
    this.stop = () => end.abort();
    const hear = (name, act) => element.addEventListener(name, (event) => act.call(this, event), { signal: end.signal, passive: false });
    hear("pointerdown", this.#down);
    hear("pointermove", this.#move);
    hear("pointerup", this.#up);
    hear("pointercancel", this.#drop);
    hear("pointerleave", this.#leave);
    hear("wheel", this.#wheel);
    addEventListener("scroll", () => (this.#armed = false), { signal: end.signal, passive: true });
  }

  #down(event) {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    const place = this.#placeOf(event);
    this.#pointers.set(event.pointerId, place);
    this.pressed = this.#pointers.size === 1 ? place : null;
    if (this.#pointers.size > 1) this.stage.outline.value = null;
    else if (this.lassoing() || event.shiftKey) this.stage.outline.value = [place];
  }

  #move(event) {
    this.#armed = true;
    const place = this.#placeOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) return this.#point(place);
    if (this.stage.outline.peek()) return this.#enclose(place);
    if (this.pressed && apart(this.pressed, place) > MOVED) this.pressed = null;
    if (this.#pointers.size === 1 && !this.pressed) this.stage.pan([place.x - before.x, place.y - before.y]);
    else if (this.#pointers.size === 2) this.#pinch(event.pointerId, before, place);
    if (!this.pressed) this.#pointers.set(event.pointerId, place);
  }

  #up(event) {
    const outline = this.stage.outline.peek();
    const place = this.#placeOf(event);
    if (outline?.length > 2) this.choose(this.stage.enclosed());
    else if (this.pressed) this.#press(place);
    this.#drop(event);
  }

  #press(place) {
    this.#point(place);
    const index = this.stage.pointed.peek();
    this.choose(index === null ? new Uint32Array() : this.stage.together(index));
  }

  #drop(event) {
    this.#pointers.delete(event.pointerId);
    this.pressed = null;
    this.stage.outline.value = null;
  }

  // a finger always leaves when it is lifted, and what it has pressed stays to be seen
  #leave({ pointerType }) {
    if (pointerType === "mouse") this.stage.pointed.value = null;
  }

  #point(place) {
    this.stage.pointed.value = this.stage.nearest(place);
  }

  #enclose(place) {
    const outline = this.stage.outline.peek();
    if (apart(outline.at(-1), place) > MOVED) this.stage.outline.value = [...outline, place];
  }

  #pinch(moved, before, place) {
    const [other] = [...this.#pointers].filter(([id]) => id !== moved).map(([, at]) => at);
    const at = between(other, place);
    const was = between(other, before);
    this.stage.pan([at.x - was.x, at.y - was.y]);
    this.stage.zoom(apart(other, place) / Math.max(apart(other, before), 1), at);
  }

  // whoever scrolls the page past the map does not mean the map; nor is there anything beyond the whole
  #wheel(event) {
    const { deltaY, deltaMode, ctrlKey, metaKey } = event;
    const meant = this.#armed || ctrlKey || metaKey;
    if (!meant || (deltaY > 0 && this.stage.view.peek().zoom === 1 && !ctrlKey)) return;
    event.preventDefault();
    const pixels = deltaY * (deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1);
    this.stage.zoom(Math.exp(-pixels * (ctrlKey ? 0.01 : 0.002)), this.#placeOf(event));
  }

  #placeOf({ clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);
const between = (one, other) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
