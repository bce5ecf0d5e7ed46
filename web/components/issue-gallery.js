/** IssueGallery: the pictures that have an issue, worst first. */

import { score } from "../format.js";
import { t } from "../language.js";
import { MoreItems } from "../more-items.js";
import { html, useMemo } from "../ui.js";
import { MoreButton } from "./more-button.js";
import { ShownPath } from "./shown-name.js";
import { Thumbnail } from "./thumbnail.js";

export function IssueGallery({ task, issue }) {
  const more = useMemo(() => new MoreItems(task, issue), [task.id, issue.name]);
  return html`
    <ul class="gallery">
      ${more.items.value.map((item) => html`
        <li key=${item.item_id}>
          <${Thumbnail} sha256=${item.sha256} />
          <${ShownPath} path=${item.path} />
          <span class="gallery-score">${t("issue.score", { score: score(item.score) })}</span>
        </li>`)}
    </ul>
    <${MoreButton} more=${more} />`;
}
