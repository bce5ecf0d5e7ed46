/** Attributes of pictures: in which order they are shown, on what scale, in what unit, and where they are an issue. */

import { bytes, compact, compactBytes, figure, share } from "./format.js";
import { t } from "./language.js";

const PLAIN = { show: figure, tick: compact };
const PIXELS = { show: (value) => t("unit.pixels", { value: figure(value) }), tick: compact };
const BITS = { show: (value) => t("unit.bits", { value: figure(value) }), tick: compact };
const SHARE = { show: share, tick: share };
const BYTES = { show: bytes, tick: compactBytes };

/** Size, light, detail, colour, what cameras and compression leave; `issue` with `below(params)` tells which values are flagged as what. */
const KNOWN = {
  width: { ...PIXELS, logarithmic: true },
  height: { ...PIXELS, logarithmic: true },
  aspect_ratio: { ...PLAIN, issue: "odd_aspect_ratio", flags: oddShapes },
  size_bytes: { ...BYTES, logarithmic: true },
  brightness: PLAIN,
  dark: { ...PLAIN, issue: "dark", flags: (params) => [[0, params.dark_threshold]] },
  light: { ...PLAIN, issue: "light", flags: (params) => [[1 - params.light_threshold, 1]] },
  contrast: PLAIN,
  sharpness: { ...PLAIN, logarithmic: true },
  entropy: { ...BITS, issue: "low_information", flags: (params) => [[0, 10 * params.low_information_threshold]] },
  saturation: PLAIN,
  colourfulness: PLAIN,
  colour_cast: { ...PLAIN, issue: "colour_cast", flags: (params) => [[100 * (1 - params.colour_cast_threshold), Infinity]] },
  overexposed: { ...SHARE, issue: "overexposed", flags: (params) => [[1 - params.overexposed_threshold, 1]] },
  underexposed: { ...SHARE, issue: "underexposed", flags: (params) => [[1 - params.underexposed_threshold, 1]] },
  noise: { ...PLAIN, issue: "noisy", flags: (params) => [[50 * (1 - params.noisy_threshold), Infinity]] },
  blockiness: { ...PLAIN, issue: "blocky", flags: (params) => [[1 / params.blocky_threshold, Infinity]] },
  jpeg_quality: {
    ...PLAIN,
    issue: "low_jpeg_quality",
    flags: (params) => [[0, 100 * params.low_jpeg_quality_threshold]],
  },
  border: { ...SHARE, issue: "border", flags: (params) => [[1 - params.border_threshold, 1]] },
};

/** All of them, in the order in which they are shown. */
export const ATTRIBUTES = Object.keys(KNOWN);

/** What a chart of each attribute needs, in the order in which they are shown; `leads(issue)` is where its pictures are seen. */
export function attributeCharts(attributes, told) {
  return ATTRIBUTES.filter((name) => attributes[name]?.histogram).map((name) => chartOf(name, attributes[name], told));
}

/** How values of an attribute are written and drawn. */
export function attributeScale(name) {
  const { show, tick, logarithmic } = KNOWN[name] ?? PLAIN;
  return { show, tick, logarithmic };
}

/** The chart of brightness while only its counts are known. */
export function brightnessChart(counts) {
  const edges = Array.from({ length: counts.length + 1 }, (_, n) => n / counts.length);
  return chartOf("brightness", { histogram: { edges, counts } });
}

function chartOf(name, { histogram, quantiles }, told) {
  const { show, tick, logarithmic } = KNOWN[name];
  return {
    name,
    title: t(`attribute.${name}`),
    hint: t(`attribute.${name}.hint`),
    ...histogram,
    show,
    tick,
    logarithmic,
    median: quantiles?.p50,
    flagged: told && flaggedOf(KNOWN[name], histogram.edges, told),
  };
}

function flaggedOf({ issue, flags }, edges, { issues, params, leads }) {
  const found = issues.find(({ name }) => name === issue);
  if (!found?.count) return undefined;
  const ranges = flags(params)
    .map(([from, to]) => [Math.max(from, edges[0]), Math.min(to, edges.at(-1))])
    .filter(([from, to]) => from < to);
  return { label: t("chart.flagged", { issue: t(`issue.${issue}`), count: found.count }), ranges, to: leads(found) };
}

function oddShapes({ odd_aspect_ratio_threshold: least }) {
  return [[0, least], [1 / least, Infinity]];
}
