/** Chosen: the conditions of the studio as people choose them, and as the address of the page keeps them. */

import { remember } from "../router.js";

const RANGE = /^(-?[\d.e+-]+)~(-?[\d.e+-]+)$/;
const PREFIX = "f.";

/**
 * By name: `{from, to}` of an attribute or a score, `{names}` of labels, splits, formats and groups.
 * What the address says and nobody understands is no condition.
 */
export function recallChosen() {
  const chosen = {};
  for (const [key, value] of new URL(location.href).searchParams) {
    const told = key.startsWith(PREFIX) && read(value);
    if (told) chosen[key.slice(PREFIX.length)] = told;
  }
  return chosen;
}

/** The address of the studio of a dataset where these conditions are chosen, by name as `recallChosen` has them. */
export function studioAddress(datasetId, chosen) {
  const query = Object.entries(chosen).map(([name, condition]) => [`${PREFIX}${name}`, written(condition)]);
  return `/datasets/${datasetId}/studio?${new URLSearchParams(query)}`;
}

/** Keeps one condition in the address; null is none. */
export function rememberChosen(name, condition) {
  remember(`${PREFIX}${name}`, condition && written(condition));
}

function read(value) {
  const range = value.match(RANGE);
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return from <= to ? { from, to } : null;
  }
  try {
    const names = JSON.parse(value);
    return Array.isArray(names) && names.length ? { names } : null;
  } catch {
    return null;
  }
}

function written({ from, to, names }) {
  return names ? JSON.stringify(names) : `${from}~${to}`;
}
