/** Picture: one picture of a gallery with its path and, where it is known, why it is there. */

import { html } from "../ui.js";
import { ShownPath } from "./shown-name.js";
import { Thumbnail } from "./thumbnail.js";

export function Picture({ item, why }) {
  return html`
    <li class="picture">
      <${Thumbnail} sha256=${item.sha256} />
      <${ShownPath} path=${item.path} />
      ${why && html`<span class="picture-why">${why}</span>`}
    </li>`;
}
