/** ImportOutcome: what became of files or rows that were brought in, and why some were left out. */

import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ReasonTable } from "./reason-table.js";

/** `result` is that of a folder, an archive or a list of labels. */
export function ImportOutcome({ result }) {
  const rows = result.rows !== undefined;
  return html`
    <p class="task-note">${t(rows ? "import.rows" : "import.summary", result)}</p>
    ${result.damage && html`<p class="task-note bad">${t("import.damage")} ${visible(result.damage)}</p>`}
    ${result.skipped > 0 && html`
      <${ReasonTable} label=${t(rows ? "import.skipped_rows" : "import.skipped")} rows=${result.skipped_items} />`}`;
}
