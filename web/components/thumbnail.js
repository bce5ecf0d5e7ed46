/** Thumbnail: a small picture of a blob, or a quiet sign that there is none. */

import { thumbnailUrl } from "../api.js";
import { Icon } from "../icons.js";
import { html, useState } from "../ui.js";

export function Thumbnail({ sha256, alt = "" }) {
  const [missing, setMissing] = useState(null);
  if (!sha256 || missing === sha256) {
    return html`<span class="thumbnail none"><${Icon} name="picture" /></span>`;
  }
  return html`
    <img class="thumbnail" src=${thumbnailUrl(sha256)} alt=${alt} width="256" height="256"
      loading="lazy" decoding="async" onError=${() => setMissing(sha256)} />`;
}
