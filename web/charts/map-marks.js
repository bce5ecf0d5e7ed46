/** MapMarks: a ring around the point that is looked at, and the line that is drawn around others. */

import { html } from "../ui.js";

const RADIUS = 7;

export function MapMarks({ stage }) {
  const outline = stage.outline.value;
  return html`
    <svg class="map-marks" aria-hidden="true">
      ${outline && html`<polygon class="map-outline" points=${outline.map(({ x, y }) => `${x},${y}`).join(" ")} />`}
      <${Ring} stage=${stage} />
    </svg>`;
}

function Ring({ stage }) {
  const index = stage.pointed.value;
  if (index === null) return null;
  const { x, y } = stage.placeOf(index);
  return html`<circle class="map-ring" cx=${x} cy=${y} r=${RADIUS} />`;
}
