/** ClusterCard: one group: how large, what sets it apart, pictures of its middle and of its edge. */

import { GROUP } from "../cluster-map.js";
import { share } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { html } from "../ui.js";
import { InStudio, nameCondition } from "./in-studio.js";
import { Picture } from "./picture.js";

const SHOWN = 8;

export function ClusterCard({ card, map }) {
  return html`
    <li class=${classOf(map, card.cluster)}>
      <${Head} title=${t("clusters.name", { number: card.cluster })} card=${card} map=${map} place=${card.cluster} />
      <p>${wordsOf(card.traits)}</p>
      <${Pictures} items=${card.examples.slice(0, SHOWN)} />
      ${card.outliers.length > 0 && html`
        <details>
          <summary>${t("clusters.outliers", { count: card.outliers.length })}</summary>
          <${Pictures} items=${card.outliers} />
        </details>`}
    </li>`;
}

/** What is in no group. */
export function UnassignedCard({ unassigned, map }) {
  return html`
    <li class=${classOf(map, -1)}>
      <${Head} title=${t("clusters.unassigned")} card=${unassigned} map=${map} place=${-1} />
      <p>${t("clusters.unassigned_help")}</p>
      <${Pictures} items=${unassigned.examples.slice(0, SHOWN)} />
    </li>`;
}

function Head({ title, card, map, place }) {
  return html`
    <div class="group-head">
      <h3>${title} <small><${InStudio} id=${map.datasetId} chosen=${nameCondition(GROUP, place < 0 ? null : String(place))}>${sizeOf(card)}<//></small></h3>
      ${map.points.value && html`
        <button class="button quiet" aria-pressed=${isChosen(map, place)} aria-label=${t("map.show_group", { group: title })}
          onClick=${() => map.toggle(GROUP, place)}><${Icon} name="map" />${t("map.show")}</button>`}
    </div>`;
}

function classOf(map, place) {
  return isChosen(map, place) ? "group chosen" : "group";
}

function isChosen({ chosen: { value } }, place) {
  return value?.by === GROUP && value.place === place;
}

function Pictures({ items }) {
  return html`
    <ul class="gallery">${items.map((item) => html`<${Picture} key=${item.item_id} item=${item} />`)}</ul>`;
}

function sizeOf({ size, share: part }) {
  return t("clusters.size", { count: size, share: share(part) });
}

/** "darker than 93 % of the others, softer than 80 %", or that nothing is measured that sets it apart. */
function wordsOf(traits) {
  const words = traits.map(({ attribute, above }) => {
    const key = `clusters.trait.${attribute}.${above > 0.5 ? "more" : "less"}`;
    return has(key) ? t(key, { share: share(Math.max(above, 1 - above)) }) : null;
  });
  return words.filter(Boolean).join(" · ") || t("clusters.no_trait");
}
