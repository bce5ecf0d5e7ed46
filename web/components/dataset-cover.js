/** DatasetCover: a mosaic of up to four pictures of a dataset, or a word where there is none yet. */

import { Icon } from "../icons.js";
import { html } from "../ui.js";
import { Thumbnail } from "./thumbnail.js";

const SHOWN = 4;

export function DatasetCover({ sha256s, word }) {
  if (sha256s.length === 0) return html`<div class="cover bare"><${Icon} name="picture" />${word}</div>`;
  // a mosaic has no holes: one, two or four
  const shown = sha256s.slice(0, sha256s.length === 3 ? 2 : SHOWN);
  return html`
    <div class=${shown.length === 1 ? "cover single" : "cover"}>
      ${shown.map((sha256) => html`<${Thumbnail} key=${sha256} sha256=${sha256} />`)}
    </div>`;
}
