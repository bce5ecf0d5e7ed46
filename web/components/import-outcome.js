/** ImportOutcome: what became of the files of a folder, and why some were left out. */

import { t } from "../language.js";
import { html } from "../ui.js";
import { ReasonTable } from "./reason-table.js";

export function ImportOutcome({ result }) {
  return html`
    <p class="task-note">${t("import.summary", result)}</p>
    ${result.skipped > 0 && html`<${ReasonTable} label=${t("import.skipped")} rows=${result.skipped_items} />`}`;
}
