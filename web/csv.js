/** CSV: rows as RFC 4180 writes them, and saving them as a file. */

/** A spreadsheet would run a text that begins so; an apostrophe before it says that it is one. */
const RUNS = /^[=+\-@\t\r]/;

export function csvOf(rows) {
  return rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

function cellOf(value) {
  const text = typeof value === "string" && RUNS.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
