/** IssueGallery: the pictures that have an issue, worst first, each with what was measured. */

import { whyOf } from "../issues.js";
import { MoreItems } from "../more-items.js";
import { html, useMemo } from "../ui.js";
import { MoreButton } from "./more-button.js";
import { Picture } from "./picture.js";

export function IssueGallery({ task, issue }) {
  const more = useMemo(() => new MoreItems(task, issue), [task.id, issue.name]);
  return html`
    <ul class="gallery">
      ${more.items.value.map((item) => html`
        <${Picture} key=${item.item_id} item=${item} why=${whyOf(issue.name, item.score, item.data)} />`)}
    </ul>
    <${MoreButton} more=${more} />`;
}
