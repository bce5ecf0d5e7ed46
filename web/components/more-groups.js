/** MoreGroups: shows the groups that were kept back; nothing where there are none. */

import { t } from "../language.js";
import { html } from "../ui.js";

export function MoreGroups({ count, show }) {
  if (count === 0) return null;
  return html`<p class="more"><button class="button" onClick=${show}>${t("groups.more", { count })}</button></p>`;
}
