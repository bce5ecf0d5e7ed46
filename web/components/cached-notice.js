/** CachedNotice: says that what was asked for has been made before, and holds. */

import { moment } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { Notice } from "./notice.js";

export function CachedNotice({ room }) {
  const task = room.cached.value;
  return html`
    <div role="status" class="cached">
      ${task && html`<${Notice} icon="check"><p>${t("analyse.cached", { moment: moment(task.completed_at) })}</p><//>`}
    </div>`;
}
