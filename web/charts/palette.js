/** Palette: the colours of points, as CSS says them, and as the pixels of a canvas hold them. */

const CATEGORIES = [
  "var(--map-1)", "var(--map-2)", "var(--map-3)", "var(--map-4)", "var(--map-5)", "var(--map-6)",
  "var(--map-7)", "var(--map-8)", "var(--map-9)", "var(--map-10)", "var(--map-11)", "var(--map-12)",
];
const STOPS = ["var(--ramp-1)", "var(--ramp-2)", "var(--ramp-3)"];
const STEPS = 64;

/** A colour for each of the first categories, then one for all others, then one for none. */
export const CATEGORICAL = [...CATEGORIES, "var(--ink-2)", "var(--line-strong)"];
export const OTHERS = CATEGORIES.length;

/** Colours from low to high, then one for what has no value. */
export const RAMP = [...Array.from({ length: STEPS }, (_, n) => between(n / (STEPS - 1))), "var(--line-strong)"];
export const NO_VALUE = STEPS;

/** Which colour of CATEGORICAL the place of a category is; below 0 is none. */
export function categoryColour(place) {
  if (place < 0) return OTHERS + 1;
  return Math.min(place, OTHERS);
}

/** Which colour of RAMP a share of 0 to 1 is; NaN is none. */
export function rampColour(share) {
  if (Number.isNaN(share)) return NO_VALUE;
  return Math.round(Math.min(Math.max(share, 0), 1) * (STEPS - 1));
}

/** A colour of which no more than a share is left on the ground of the page. */
export const fainter = (colour, share) => `color-mix(in srgb, ${colour} ${100 * share}%, var(--surface))`;

/** The colours as numbers that an ImageData's pixels hold, as an element of the page sees them now. */
export function pixelsOf(colours, element) {
  const { style } = element;
  const context = new OffscreenCanvas(colours.length, 1).getContext("2d", { willReadFrequently: true });
  colours.forEach((colour, n) => {
    style.color = colour;
    context.fillStyle = getComputedStyle(element).color;
    context.fillRect(n, 0, 1, 1);
  });
  style.color = "";
  return new Uint32Array(context.getImageData(0, 0, colours.length, 1).data.buffer);
}

function between(share) {
  const at = share * (STOPS.length - 1);
  const from = Math.min(Math.floor(at), STOPS.length - 2);
  return `color-mix(in oklab, ${STOPS[from]} ${100 * (1 - at + from)}%, ${STOPS[from + 1]})`;
}
