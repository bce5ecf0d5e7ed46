/** MoreButton: fetches the next page of a list, and says how much is left. */

import { t } from "../language.js";
import { html } from "../ui.js";

export function MoreButton({ more }) {
  if (more.left <= 0) return null;
  const word = more.loading.value ? "issue.loading_more" : more.failed.value ? "issue.more_failed" : "issue.more";
  return html`
    <p class="more">
      <button class="button" disabled=${more.loading.value} onClick=${() => more.load()}>${t(word, { left: more.left })}</button>
    </p>`;
}
