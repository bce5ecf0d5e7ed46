/** Columns: files of numbers as the API sends them (safetensors), laid out as typed arrays. */

import { getBytes } from "./api.js";

const LENGTH_BYTES = 8;
const KINDS = { I32: Int32Array, U32: Uint32Array, F32: Float32Array };
const HIGH_WORD = 2 ** 32;

/** The columns at a path of the API, such as `/tasks/{id}/map`, as `readColumns` tells them. */
export async function fetchColumns(path, query) {
  return readColumns(await getBytes(path, query));
}

/**
 * `{columns: {name: typed array}, metadata: {name: names of codes}}` of a file's bytes. Most arrays
 * lie over the bytes themselves; whole numbers of 64 bits, which are ids, become a Float64Array.
 */
export function readColumns(buffer) {
  const start = LENGTH_BYTES + new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, start - LENGTH_BYTES)));
  const { __metadata__: told = {}, ...columns } = header;
  return {
    columns: mapped(columns, ({ dtype, shape: [rows], data_offsets: [from] }) => laidOver(buffer, dtype, start + from, rows)),
    metadata: mapped(told, JSON.parse),
  };
}

/**
 * The values of a file whose rows are `theirs` for the rows `ids` of another, both by rising id;
 * `none` where an id is not among them.
 */
export function joined(ids, theirs, values, none) {
  const found = new values.constructor(ids.length).fill(none);
  for (let row = 0, other = 0; row < ids.length; row += 1) {
    while (theirs[other] < ids[row]) other += 1;
    if (theirs[other] === ids[row]) found[row] = values[other];
  }
  return found;
}

function laidOver(buffer, kind, start, rows) {
  return kind === "I64" ? wholeNumbers(new Uint32Array(buffer, start, 2 * rows)) : new KINDS[kind](buffer, start, rows);
}

// BigInt is slow to count with, and no id comes near 2^53
function wholeNumbers(words) {
  const whole = new Float64Array(words.length / 2);
  for (let n = 0; n < whole.length; n += 1) whole[n] = words[2 * n] + words[2 * n + 1] * HIGH_WORD;
  return whole;
}

function mapped(facts, told) {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, told(fact)]));
}
