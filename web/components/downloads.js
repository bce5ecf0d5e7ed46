/** Downloads: what a task found, as a table, as a page to send, and whole. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** `name` is that of the dataset: the server names the other files by itself. */
export function Downloads({ task, name }) {
  const { export: table, report, result } = task.links;
  const files = [
    ["CSV", table],
    ["Parquet", `${table}?format=parquet`],
    ["JSON", result, `${name}-${task.type}.json`],
    [t("download.report"), report],
  ];
  return html`
    <ul class="downloads" aria-label=${t("download.title")}>
      ${files.map(([kind, address, file]) => html`
        <li key=${address}><a class="button quiet" href=${address} download=${file ?? ""} aria-label=${t("download.as", { kind })}>
          <${Icon} name="download" />${kind}
        </a></li>`)}
    </ul>`;
}
