/** Picture: one picture of a gallery, a link to all of it, its path and, where it is known, why it is there. */

import { blobUrl } from "../api.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ShownPath } from "./shown-name.js";
import { Thumbnail } from "./thumbnail.js";

/** `remove(item)` is there for whoever may take it out of the dataset. */
export function Picture({ item, why, remove }) {
  return html`
    <li class="picture">
      <a class="picture-link" href=${blobUrl(item.sha256)} target="_blank" title=${t("items.open")}>
        <${Thumbnail} sha256=${item.thumbnail === false ? null : item.sha256} />
        <${ShownPath} path=${item.path} />
      </a>
      ${why && html`<span class="picture-why">${why}</span>`}
      ${remove && html`
        <button class="button quiet icon-only picture-remove" onClick=${() => remove(item)}
          aria-label=${t("items.remove_one", { path: visible(item.path) })}>
          <${Icon} name="bin" />
        </button>`}
    </li>`;
}
