/** UnreadableList: files that could not be opened as pictures, each with its reason. */

import { has, t } from "../language.js";
import { MoreItems } from "../more-items.js";
import { visible } from "../text.js";
import { html, useMemo } from "../ui.js";
import { MoreButton } from "./more-button.js";
import { ShownPath } from "./shown-name.js";

export function UnreadableList({ task, issue }) {
  const more = useMemo(() => new MoreItems(task, issue), [task.id]);
  return html`
    <table class="unreadable">
      <thead><tr><th scope="col">${t("unreadable.file")}</th><th scope="col">${t("unreadable.reason")}</th></tr></thead>
      <tbody>
        ${more.items.value.map((item) => html`
          <tr key=${item.item_id}><td><${ShownPath} path=${item.path} /></td><td><${Why} reason=${item.reason ?? item.data} /></td></tr>`)}
      </tbody>
    </table>
    <${MoreButton} more=${more} />`;
}

function Why({ reason }) {
  const key = `reason.${reason.code}`;
  return html`<b>${has(key) ? t(key) : reason.code}</b><span class="hint">${visible(reason.detail)}</span>`;
}
