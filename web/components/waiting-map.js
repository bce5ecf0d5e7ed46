/** WaitingMap: the room that a map and its legend will take, so that nothing moves when they come. */

import { MapHelp } from "../charts/map-help.js";
import { OTHERS } from "../charts/palette.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** `result` is that of the clustering: it says how many names the legend will have. */
export function WaitingMap({ result: { clusters, unassigned } }) {
  const names = Math.min(clusters, OTHERS) + Number(clusters > OTHERS) + Number(unassigned.size > 0);
  return html`
    <div class="cluster-map-parts" inert>
      <div class="item-map">
        <div class="map-tools"><span class="button quiet"> </span></div>
        <div class="map-field waiting"></div>
        <${MapHelp} />
      </div>
      <div class="cluster-map-side">
        <label class="field">${t("map.colour_by")}<select class="select"></select></label>
        <ul class="map-legend">${Array.from({ length: names }, (_, n) => html`<li key=${n} class="map-legend-name"></li>`)}</ul>
      </div>
    </div>`;
}
