/** CsvButton: takes the figures of a chart or a table along as a CSV file. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** `rows()` gives the cells of each row; it is asked only when the file is wanted. */
export function CsvButton({ name, columns, rows }) {
  return html`
    <button type="button" class="button quiet" onClick=${() => save(`${name}.csv`, csvOf([columns, ...rows()]))}
      aria-label=${t("download.as", { kind: "CSV" })}>
      <${Icon} name="download" />CSV
    </button>`;
}

/** RFC 4180. */
export function csvOf(rows) {
  return rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
