/** Bins: into which of a few bars of a histogram each value falls, told once so that counting is quick. */

const BINS = 30;
/** The place of what has no value. */
export const NONE = 255;
const SHARES = new Set(["brightness", "dark", "light", "saturation", "overexposed", "underexposed", "border"]);
const LOGARITHMIC = new Set(["size_bytes", "sharpness", "width", "height"]);
const LEAST = 1e-3;

/** `{edges, places}` of an attribute: edges of equal steps or factors, and the bin of each value; null without values. */
export function binned(name, values) {
  const [low, high] = extremes(values);
  if (!(low <= high)) return null;
  const edges = edgesOf(name, low, high);
  return { edges, places: placesOf(values, edges, LOGARITHMIC.has(name)) };
}

/** What lies below is counted with it, as a logarithm needs. */
export function leastOf(name) {
  return LOGARITHMIC.has(name) ? Math.fround(LEAST) : -Infinity;
}

function extremes(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function edgesOf(name, low, high) {
  if (SHARES.has(name)) return steps(0, 1);
  if (low === high) return [low - 0.5, high + 0.5];
  if (!LOGARITHMIC.has(name)) return steps(low, high);
  const [from, to] = [Math.max(low, LEAST), Math.max(high, 2 * LEAST)];
  return steps(Math.log(from), Math.log(to)).map(Math.exp);
}

function steps(low, high) {
  return Array.from({ length: BINS + 1 }, (_, n) => low + ((high - low) * n) / BINS);
}

function placesOf(values, edges, logarithmic) {
  const scaled = logarithmic ? (value) => Math.log(Math.max(value, LEAST)) : (value) => value;
  const [first, last] = [scaled(edges[0]), scaled(edges.at(-1))];
  const bins = edges.length - 1;
  const places = new Uint8Array(values.length);
  for (let n = 0; n < places.length; n += 1) {
    const value = values[n];
    const bin = Math.floor((bins * (scaled(value) - first)) / (last - first));
    places[n] = Number.isNaN(value) ? NONE : Math.min(Math.max(bin, 0), bins - 1);
  }
  return places;
}
