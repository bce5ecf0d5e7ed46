/** Ticks: round values along an axis, linear or logarithmic. */

const STEPS = [1, 2, 2.5, 5, 10];

/** At most `most` round values between low and high. */
export function linearTicks(low, high, most = 5) {
  if (!(high > low)) return [low];
  const rough = (high - low) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((each) => each * power >= rough * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
}

/** Powers of ten between low and high; where there are too few, also twice and five times these. */
export function logTicks(low, high, most = 5) {
  const powers = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))).map((n) => 10 ** n);
  const within = (values) => values.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  const tens = within(powers);
  if (tens.length > most) return every(tens, Math.ceil(tens.length / most));
  if (tens.length > 2) return tens;
  const finer = within(powers.flatMap((power) => [power, 2 * power, 5 * power]));
  return finer.length > 1 ? every(finer, Math.ceil(finer.length / most)) : linearTicks(low, high, most);
}

/** The smallest round number that is not below a count. */
export function ceiling(count) {
  const power = 10 ** Math.floor(Math.log10(Math.max(count, 1)));
  const round = [1, 2, 4, 6, 8, 10].find((each) => each * power >= count) * power;
  return Math.max(round, 2);
}

/** Where a value stands between the ends of an axis: 0 to 1. */
export function placeOf(value, [low, high], logarithmic) {
  const scaled = logarithmic ? (each) => Math.log(Math.max(each, low)) : (each) => each;
  return Math.min(Math.max((scaled(value) - scaled(low)) / (scaled(high) - scaled(low)), 0), 1);
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

function every(values, step) {
  return values.filter((_, n) => n % step === 0);
}
