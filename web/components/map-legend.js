/** MapLegend: what each colour of a map stands for; a name can be pressed to choose its pictures. */

import { attributeScale } from "../attributes.js";
import { OTHERS } from "../charts/palette.js";
import { count, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

export function MapLegend({ map }) {
  const colouring = map.colouring.value;
  return colouring.names ? html`<${Names} map=${map} ...${colouring} />` : html`<${Values} ...${colouring} />`;
}

function Names({ map, by, names, palette, counts }) {
  const { by: chosenBy, place: chosen } = map.chosen.value ?? {};
  const none = OTHERS + 1;
  return html`
    <ul class="map-legend">
      ${names.slice(0, OTHERS).map((_, place) => html`
        <${Name} key=${place} colour=${palette[place]} words=${visible(map.nameOf(by, place))} size=${counts[place]}
          pressed=${chosenBy === by && chosen === place} press=${() => map.toggle(by, place)} />`)}
      ${counts[OTHERS] > 0 && html`
        <li class="map-legend-name"><${Swatch} colour=${palette[OTHERS]} />${t("map.others", { count: names.length - OTHERS })}<small>${count(counts[OTHERS])}</small></li>`}
      ${counts[none] > 0 && html`
        <${Name} colour=${palette[none]} words=${map.nameOf(by, -1)} size=${counts[none]}
          pressed=${chosenBy === by && chosen === -1} press=${() => map.toggle(by, -1)} />`}
    </ul>`;
}

function Name({ colour, words, size, pressed, press }) {
  return html`
    <li><button class="map-legend-name" aria-pressed=${pressed} onClick=${press}>
      <${Swatch} colour=${colour} /><bdi>${words}</bdi><small>${count(size)}</small>
    </button></li>`;
}

function Values({ by, palette, ends }) {
  if (!ends) return html`<p class="hint">${t("map.no_values")}</p>`;
  const { show } = attributeScale(by);
  const stops = palette.slice(0, -1).filter((_, n) => n % 9 === 0).join(", ");
  return html`
    <div class="map-ramp">
      <span class="map-ramp-colours" style=${{ backgroundImage: `linear-gradient(to right, ${stops})` }}></span>
      <span>${show(ends[0])}</span><span>${show(ends[1])}</span>
      <p class="hint">${t("map.ends", { share: share(0.96) })}</p>
    </div>`;
}

function Swatch({ colour }) {
  return html`<span class="map-swatch" style=${{ background: colour }}></span>`;
}
