/** MapView: which part of a map is seen: the point in the middle, and how much larger than the whole. */

const MARGIN = 16;
const MOST = 400;

/** The rectangle that holds all points; never without a size. */
export function boundsOf(x, y) {
  const [left, right] = endsOf(x);
  const [top, bottom] = endsOf(y);
  return { left, right, top, bottom, width: right - left || 1, height: bottom - top || 1 };
}

export function wholeView({ left, right, top, bottom }) {
  return { zoom: 1, x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** How points become places in pixels: `x * scale + left`, `y * scale + top`. */
export function frameOf({ zoom, x, y }, bounds, { width, height }) {
  const room = (length) => Math.max(length - 2 * MARGIN, 1);
  const scale = zoom * Math.min(room(width) / bounds.width, room(height) / bounds.height);
  return { scale, left: width / 2 - x * scale, top: height / 2 - y * scale };
}

/** The view moved by pixels; its middle stays among the points. */
export function pannedView(view, bounds, frame, [right, down]) {
  return kept({ ...view, x: view.x - right / frame.scale, y: view.y - down / frame.scale }, bounds);
}

/** The view made larger by a factor around a place, which stays where it is. */
export function zoomedView(view, bounds, frame, { factor, at }) {
  const zoom = Math.min(Math.max(view.zoom * factor, 1), MOST);
  if (zoom === 1) return wholeView(bounds);
  const still = pointAt(frame, at);
  const part = view.zoom / zoom;
  return kept({ zoom, x: still.x + (view.x - still.x) * part, y: still.y + (view.y - still.y) * part }, bounds);
}

/** Where a point is seen. */
export const placeOn = ({ scale, left, top }, x, y) => ({ x: x * scale + left, y: y * scale + top });

/** What is under a place. */
export const pointAt = ({ scale, left, top }, { x, y }) => ({ x: (x - left) / scale, y: (y - top) / scale });

/** How many pixels wide points are: fewer and nearer ones are larger. */
export function pointSize(count, zoom) {
  const whole = 9 - 1.4 * Math.log10(Math.max(count, 1));
  return Math.min(Math.max(whole, 2) * zoom ** 0.3, 6);
}

function kept({ zoom, x, y }, { left, right, top, bottom }) {
  return { zoom, x: Math.min(Math.max(x, left), right), y: Math.min(Math.max(y, top), bottom) };
}

function endsOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? [0, 0] : [low, high];
}
