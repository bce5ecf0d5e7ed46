/** Columns: what the server tells of every item, as typed arrays by name. */

import { getBytes } from "./api.js";

const TYPES = { I64: BigInt64Array, I32: Int32Array, U32: Uint32Array, F32: Float32Array };
const LENGTH_BYTES = 8;

/** Asks for columns below the API's prefix. */
export async function fetchColumns(path, query) {
  return readColumns(await getBytes(path, query));
}

/** `{columns, metadata}` of a file in the form of safetensors; 64-bit ids become numbers, which they fit. */
export function readColumns(buffer) {
  const start = LENGTH_BYTES + Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: metadata = {}, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, start - LENGTH_BYTES)));
  const columns = {};
  for (const [name, { dtype, shape, data_offsets: [from] }] of Object.entries(header)) {
    const values = new TYPES[dtype](buffer, start + from, shape[0]);
    columns[name] = dtype === "I64" ? Float64Array.from(values, Number) : values;
  }
  return { columns, metadata };
}
