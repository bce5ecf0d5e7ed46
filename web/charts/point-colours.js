/** PointColours: which colours points have by a name or by a value, and what the colours stand for. */

import { CATEGORICAL, RAMP, categoryColour, rampColour } from "./palette.js";

/** Most and least of all are not told by a few that are far from the rest. */
const ENDS = [0.02, 0.98];

/** By the places of names, the most frequent first; below 0 is none. Counts are by colour, others and none last. */
export function coloursByName(places) {
  const colours = Uint8Array.from(places, categoryColour);
  const counts = CATEGORICAL.map(() => 0);
  for (const colour of colours) counts[colour] += 1;
  return { colours, palette: CATEGORICAL, counts };
}

/** By values; `ends` are those from which on the colours stay the same, null where there is no value. */
export function coloursByValue(values, logarithmic) {
  const ends = endsOf(values);
  const scaled = logarithmic ? (value) => Math.log(Math.max(value, ends[0] || Number.MIN_VALUE)) : (value) => value;
  const [low, high] = ends ? ends.map(scaled) : [0, 1];
  const shareOf = (value) => (scaled(value) - low) / (high - low || 1);
  return { colours: Uint8Array.from(values, (value) => rampColour(shareOf(value))), palette: RAMP, ends };
}

function endsOf(values) {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  return known.length ? ENDS.map((part) => known[Math.round(part * (known.length - 1))]) : null;
}
