/** DuplicateGroups: pictures that are the same, or look it, group by group. */

import { t } from "../language.js";
import { html } from "../ui.js";
import { ShownPath } from "./shown-name.js";
import { Thumbnail } from "./thumbnail.js";

export function DuplicateGroups({ found }) {
  return html`
    <p class="facts">
      <span>${t("groups.found", { count: found.groups })}</span>
      <span>${t("groups.items", { count: found.items })}</span>
      ${found.shown.length < found.groups && html`<span>${t("groups.shown", { count: found.shown.length })}</span>`}
    </p>
    <ul class="groups">
      ${found.shown.map((group) => html`
        <li key=${group[0].item_id} class="group">
          <p class="hint">${t("groups.size", { count: group.length })}</p>
          <ul class="gallery">
            ${group.map((item) => html`
              <li key=${item.item_id}><${Thumbnail} sha256=${item.sha256} /><${ShownPath} path=${item.path} /></li>`)}
          </ul>
        </li>`)}
    </ul>`;
}
