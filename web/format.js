/** Numbers as people read them: counts, shares, bytes, durations, moments, in the page's language. */

import { has, locale, t } from "./language.js";

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
const made = new Map();

export function count(value) {
  return numbers({ maximumFractionDigits: 0 }).format(value);
}

/** Two to three telling digits: 0.043, 1.28, 96.1, 1,284. */
export function figure(value) {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3;
  return numbers({ maximumFractionDigits: digits }).format(value);
}

/** Short words for an axis: 0.25, 1,200, 12K. */
export function compact(value) {
  if (Math.abs(value) < 10_000) return figure(value);
  return numbers({ notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** A score or threshold between 0 and 1, always two digits after the point. */
export function score(value) {
  return numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** A percentage of 0 to 100 that says 100 only when all is done. */
export function percent(value) {
  return numbers({ style: "percent" }).format(Math.floor(value) / 100);
}

/** A share of 0 to 1; what is there but tiny is never shown as nothing. */
export function share(value) {
  if (value > 0 && value < 0.001) return `< ${share(0.001)}`;
  return numbers({ style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 }).format(value);
}

export function bytes(value) {
  return sized(value, { unitDisplay: value < 1000 ? "long" : "short" });
}

/** Short words for an axis: 500B, 12kB. */
export function compactBytes(value) {
  return sized(value, { unitDisplay: "narrow" });
}

/** How long something took: 0.4 sec, 12 sec, 3 min, 2.5 hr. */
export function duration(seconds) {
  const [name, size] = scale(seconds);
  const value = seconds / size;
  return unit(name, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** What is left, as an honest range in steps that do not flicker: about 20–30 sec. */
export function remaining(low, high) {
  if (high < 2) return t("time.moment");
  const [name, size] = scale(high);
  const step = name === "second" && high > 20 ? 5 : 1;
  const from = Math.max(Math.floor(low / size / step) * step, name === "second" ? 1 : 0);
  const to = Math.max(Math.ceil(high / size / step) * step, from);
  const format = unit(name, { maximumFractionDigits: 0 });
  if (from === 0) return t("time.under", { time: format.format(to) });
  return t("time.about", { time: from === to ? format.format(to) : format.formatRange(from, to) });
}

/** How fast, in what is counted: 112 images a second. */
export function rate(perSecond, counted) {
  const key = `rate.${counted}`;
  return t(has(key) ? key : "rate.any", { rate: figure(perSecond) });
}

export function moment(iso) {
  return dates({ dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** The time of day of a line in a log, to the second. */
export function clockTime(iso) {
  return dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(iso));
}

function sized(value, options) {
  const power = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), BYTES.length - 1);
  const scaled = value / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : 1;
  return unit(BYTES[power], { maximumFractionDigits: digits, ...options }).format(scaled);
}

function scale(seconds) {
  if (seconds < 90) return ["second", 1];
  return seconds < 5400 ? ["minute", 60] : ["hour", 3600];
}

function unit(name, options) {
  return numbers({ style: "unit", unit: name, unitDisplay: "short", ...options });
}

function numbers(options) {
  return kept(Intl.NumberFormat, options);
}

function dates(options) {
  return kept(Intl.DateTimeFormat, options);
}

// making an Intl format takes longer than using it a hundred times
function kept(Format, options) {
  const key = locale.value + Format.name + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Format(locale.value, options));
  return made.get(key);
}
