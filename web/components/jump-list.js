/** JumpList: where on a long page everything is, and the way into the studio. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function JumpList({ room, dataset }) {
  if (dataset.items === 0) return null;
  const places = [
    ...(room.found.value ? [["issues", "findings.issues"], ["attributes", "findings.attributes"]] : []),
    ["clusters", "page.groups"],
    ["exploration", "eda.title"],
    ["pictures", "items.title"],
  ];
  return html`
    <nav class="jump-list" aria-label=${t("page.parts")}>
      ${places.map(([id, words]) => html`<a key=${id} class="button quiet" href=${`#${id}`}>${t(words)}</a>`)}
      <a class="button jump-away" href=${`/datasets/${dataset.id}/studio`}><${Icon} name="table" />${t("studio.link")}</a>
    </nav>`;
}
