/** MapTools: the buttons of a map. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

const STEP = 1.6;

export function MapTools({ stage, lassoing, lasso }) {
  return html`
    <div class="map-tools" role="group" aria-label=${t("map.tools")}>
      <button class="button quiet" aria-pressed=${lassoing} onClick=${lasso}><${Icon} name="lasso" />${t("map.lasso")}</button>
      <${Tool} name="plus" words=${t("map.zoom_in")} act=${() => stage.zoom(STEP)} />
      <${Tool} name="minus" words=${t("map.zoom_out")} act=${() => stage.zoom(1 / STEP)} />
      <${Tool} name="whole" words=${t("map.whole")} act=${() => stage.showAll()} />
    </div>`;
}

function Tool({ name, words, act }) {
  return html`
    <button class="button quiet icon-only" aria-label=${words} title=${words} onClick=${act}><${Icon} name=${name} /></button>`;
}
