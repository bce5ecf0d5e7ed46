/** Attributes of pictures: in which order they are shown, on what scale, in what unit, and where they are an issue. */

import { bytes, compact, compactBytes, figure } from "./format.js";
import { t } from "./language.js";

const PLAIN = { show: figure, tick: compact };
const PIXELS = { show: (value) => t("unit.pixels", { value: figure(value) }), tick: compact };
const BITS = { show: (value) => t("unit.bits", { value: figure(value) }), tick: compact };
const BYTES = { show: bytes, tick: compactBytes };

/** Size, light, detail, colour; `issue` with `below(params)` tells which values are flagged as what. */
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
};

/** What a chart of each attribute needs, in the order in which they are shown. */
export function attributeCharts(attributes, issues, params) {
  return Object.keys(KNOWN)
    .filter((name) => attributes[name]?.histogram)
    .map((name) => chartOf(name, attributes[name], { issues, params }));
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

function flaggedOf({ issue, flags }, edges, { issues, params }) {
  const count = issues.find(({ name }) => name === issue)?.count;
  if (!count) return undefined;
  const ranges = flags(params)
    .map(([from, to]) => [Math.max(from, edges[0]), Math.min(to, edges.at(-1))])
    .filter(([from, to]) => from < to);
  return { label: t("chart.flagged", { issue: t(`issue.${issue}`), count }), ranges };
}

function oddShapes({ odd_aspect_ratio_threshold: least }) {
  return [[0, least], [1 / least, Infinity]];
}
