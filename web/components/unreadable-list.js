/** UnreadableList: files that could not be opened as pictures, each with its reason. */

import { t } from "../language.js";
import { MoreItems } from "../more-items.js";
import { html, useMemo } from "../ui.js";
import { MoreButton } from "./more-button.js";
import { ReasonTable } from "./reason-table.js";

export function UnreadableList({ task, issue }) {
  const more = useMemo(() => new MoreItems(task, issue), [task.id]);
  // an item carries its reason itself in the result, and as its data in the list of all
  const rows = more.items.value.map((item) => ({ path: item.path, ...(item.reason ?? item.data) }));
  return html`
    <${ReasonTable} label=${t("issue.unreadable")} rows=${rows} />
    <${MoreButton} more=${more} />`;
}
