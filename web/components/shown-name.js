/** ShownName: a name or path that somebody else chose, as text that cannot disturb its surroundings. */

import { pathParts, visible } from "../text.js";
import { html } from "../ui.js";

export function ShownName({ text }) {
  return html`<bdi class="name" title=${visible(text)}>${visible(text)}</bdi>`;
}

/** The file's own name first, its folder below. */
export function ShownPath({ path }) {
  const [folder, file] = pathParts(path);
  return html`
    <span class="path" title=${folder + file}>
      <bdi class="path-file">${file}</bdi>
      <bdi class="path-folder">${folder || " "}</bdi>
    </span>`;
}
