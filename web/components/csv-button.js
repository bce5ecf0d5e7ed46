/** CsvButton: takes the figures of a chart or a table along as a CSV file. */

import { csvOf, save } from "../csv.js";
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
