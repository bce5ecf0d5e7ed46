/** StudioMap: the pictures by how they look, those that are left in colour; what is drawn around on it narrows all. */

import { attributeScale } from "../attributes.js";
import { ItemMap } from "../charts/item-map.js";
import { coloursByName, coloursByValue } from "../charts/point-colours.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useMemo, useState } from "../ui.js";
import { GROUP, LASSO } from "./studio-room.js";

/** Nothing where no clustering has placed the pictures. */
export function StudioMap({ studio }) {
  const [by, colourBy] = useState(GROUP);
  const points = useMemo(() => pointsOf(studio), [studio.groups]);
  const look = useMemo(() => points && colouredBy(studio, points, by), [points, by]);
  const wanted = studio.wanted.value;
  const shown = useMemo(() => points && maskOf(studio, points), [points, wanted]);
  if (!points) return null;
  const select = (indices) => studio.choose(LASSO, indices.length ? { mask: drawn(studio, points, indices) } : null);
  const about = async (index) => {
    const [card] = await studio.cards.all([studio.ids[points.places[index]]]);
    return card && { path: visible(card.path), sha256: card.sha256, thumbnail: card.thumbnail, words: "" };
  };
  return html`
    <section class="studio-map" aria-labelledby="studio-map">
      <div class="section-head">
        <h2 id="studio-map">${t("studio.map")}</h2>
        <select class="select" aria-label=${t("studio.colour_by")} value=${by} onChange=${(event) => colourBy(event.target.value)}>
          ${Object.keys(studio.facets).map((name) => html`<option key=${name} value=${name} selected=${name === by}>${t(`studio.by.${name}`)}</option>`)}
          ${Object.keys(studio.bins).map((name) => html`<option key=${name} value=${name} selected=${name === by}>${t(`attribute.${name}`)}</option>`)}
        </select>
      </div>
      <${ItemMap} x=${points.x} y=${points.y} colours=${look.colours} palette=${look.palette} shown=${shown} label=${t("studio.map_of", { count: points.places.length })}
        about=${about} onSelect=${select} />
    </section>`;
}

/** The items that have a place on the map. */
function pointsOf({ groups, count }) {
  if (!groups) return null;
  const places = Int32Array.from({ length: count }, (_, place) => place).filter((place) => !Number.isNaN(groups.x[place]));
  if (places.length === 0) return null;
  return { places, x: Float32Array.from(places, (place) => groups.x[place]), y: Float32Array.from(places, (place) => groups.y[place]) };
}

function colouredBy(studio, { places }, by) {
  const values = studio.attributes[by];
  if (values) return coloursByValue(Float32Array.from(places, (place) => values[place]), attributeScale(by).logarithmic);
  const codes = studio.facets[by]?.codes;
  return coloursByName(Int32Array.from(places, (place) => (codes ? codes[place] - 1 : -1)));
}

function maskOf({ filters }, { places }) {
  return filters.mask(places);
}

function drawn(studio, { places }, indices) {
  const mask = new Uint8Array(studio.count);
  for (const index of indices) mask[places[index]] = 1;
  return mask;
}
