/** Issues of pictures: in which order they are shown, and their scores in words that people can check. */

import { figure, score, share } from "./format.js";
import { has, t } from "./language.js";

/** First what makes a file useless, then what distorts a dataset, last what is merely worth knowing. */
const ORDER = [
  "unreadable",
  "exact_duplicates",
  "near_duplicates",
  "blurry",
  "dark",
  "light",
  "low_information",
  "overexposed",
  "underexposed",
  "noisy",
  "blocky",
  "low_jpeg_quality",
  "colour_cast",
  "border",
  "label_outliers",
  "odd_size",
  "odd_aspect_ratio",
  "grayscale",
];

/** Issues that are only known once every picture has been compared with the others. */
export const AT_THE_END = ["exact_duplicates", "near_duplicates", "blurry", "label_outliers", "odd_size"];

const OF_GROUPS = ["exact_duplicates", "near_duplicates"];

const VALUES = {
  dark: (value) => score(value),
  light: (value) => score(1 - value),
  low_information: (value) => figure(10 * value),
  odd_aspect_ratio: (value) => figure(1 / value),
  blurry: score,
  odd_size: score,
  overexposed: (value) => share(1 - value),
  underexposed: (value) => share(1 - value),
  colour_cast: (value) => figure(100 * (1 - value)),
  noisy: (value) => figure(50 * (1 - value)),
  blocky: (value) => figure(1 / value),
  low_jpeg_quality: (value) => figure(100 * value),
  border: (value) => share(1 - value),
  label_outliers: (value) => figure(1 / value),
};

/** Whether pictures have it together with others, and so are shown in groups. */
export function isOfGroups(name) {
  return OF_GROUPS.includes(name);
}

/** Issues or their names in the order of their weight; those that are new to this page come last. */
export function inOrder(issues, nameOf = (issue) => issue.name) {
  const rank = (issue) => (ORDER.indexOf(nameOf(issue)) + ORDER.length + 1) % (ORDER.length + 1);
  return [...issues].sort((a, b) => rank(a) - rank(b));
}

/** Why this picture has this issue: "brightest 1 % at 0.12", or null where there is nothing to measure. */
export function whyOf(issue, value, data) {
  const key = `issue.${issue}.score`;
  if (!has(key)) return null;
  const why = t(key, { value: VALUES[issue](value) });
  return data?.attribute ? `${t(`attribute.${data.attribute}`)}: ${why}` : why;
}

/** At what value pictures are flagged: "Flagged below 0.32.", or null where that is no question of a value. */
export function limitOf({ name, threshold }) {
  const key = `issue.${name}.limit`;
  if (threshold === null || !has(key)) return null;
  return t(key, { value: (VALUES[name] ?? figure)(threshold) });
}
