/** MapCard: the picture of the point that is looked at, beside it. */

import { Thumbnail } from "../components/thumbnail.js";
import { ShownPath } from "../components/shown-name.js";
import { html } from "../ui.js";

const AWAY = 14;

/** `told` is null until it is known, and where nobody knows it; `there` says of others at the same place. */
export function MapCard({ stage, index, told, there }) {
  if (stage.outline.value) return null;
  return html`
    <div class="map-card" style=${beside(stage, index)} aria-hidden="true">
      <${Thumbnail} sha256=${told && told.thumbnail !== false ? told.sha256 : null} />
      ${told && html`<${ShownPath} path=${told.path} />`}
      ${told?.words && html`<span class="picture-why">${told.words}</span>`}
      ${there && html`<span class="hint">${there}</span>`}
    </div>`;
}

/** Towards the middle of the map, so that it is never cut off. */
function beside(stage, index) {
  const { x, y } = stage.placeOf(index);
  const { width, height } = stage.size.value;
  return {
    ...(x < width / 2 ? { left: `${x + AWAY}px` } : { right: `${width - x + AWAY}px` }),
    ...(y < height / 2 ? { top: `${y + AWAY}px` } : { bottom: `${height - y + AWAY}px` }),
  };
}
