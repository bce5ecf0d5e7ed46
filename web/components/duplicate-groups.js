/** DuplicateGroups: pictures that are the same, or look it, group by group. */

import { t } from "../language.js";
import { html } from "../ui.js";
import { Picture } from "./picture.js";

const SHOWN = 24;

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
          <p class="hint">${sizeOf(group)}</p>
          <ul class="gallery">${group.map((item) => html`
            <${Picture} key=${item.item_id} item=${item} why=${item.keep && t("groups.keep")} />`)}</ul>
        </li>`)}
    </ul>`;
}

// a result holds that many members of a group, and does not tell of more
function sizeOf({ length }) {
  return t(length < SHOWN ? "groups.size" : "groups.size_least", { count: length });
}
