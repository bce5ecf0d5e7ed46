/** CsvButton: takes the figures of a chart or a table along as a CSV file. */

import { csvOf, save } from "../csv.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** With a `title`, that of a figure, it is no more than an icon. `rows()` gives the cells of each row; it is asked only when the file is wanted. */
export function CsvButton({ name, title, columns, rows }) {
  return html`
    <button type="button" class=${title ? "button quiet icon-only" : "button quiet"} onClick=${() => save(`${name}.csv`, csvOf([columns, ...rows()]))}
      aria-label=${title ? t("chart.csv", { title }) : t("download.as", { kind: "CSV" })}>
      <${Icon} name="download" />${!title && "CSV"}
    </button>`;
}
