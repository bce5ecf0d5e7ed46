/** CopyGroups: copies that stand under several labels, or in several splits, group by group. */

import { has, t } from "../language.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";
import { InStudio, itemsCondition } from "./in-studio.js";
import { MoreGroups } from "./more-groups.js";
import { Picture } from "./picture.js";

/** Groups that are there from the start. */
const FIRST = 4;

/** `place` is what a picture is told by: its label or its split. */
export function CopyGroups({ id, dataset, title, found, why, place }) {
  return html`
    <section aria-labelledby=${id}>
      <h3 id=${id}>${title}</h3>
      ${found ? html`<${Found} id=${dataset.id} found=${found} place=${place} />` : html`
        <p class="hint">${has(`eda.why.${why}`) ? t(`eda.why.${why}`) : why}</p>`}
    </section>`;
}

function Found({ id, found, place }) {
  const [all, showAll] = useState(false);
  if (found.groups === 0) return html`<p class="hint">${t("issue.none")}</p>`;
  const shown = all ? found.shown : found.shown.slice(0, FIRST);
  return html`
    <p class="facts">
      <span>${t("groups.found", { count: found.groups })}</span>
      <span>${t("groups.items", { count: found.items })}</span>
      <span>${t("eda.exact", { count: found.exact_groups })}</span>
      ${found.shown.length < found.groups && html`<span>${t("groups.shown", { count: found.shown.length })}</span>`}
    </p>
    <ul class="groups">
      ${shown.map((group) => html`
        <li key=${group.shown[0].item_id} class="group">
          <p class="hint"><${InStudio} id=${id} chosen=${itemsCondition(group.shown)}>${sizeOf(group)}<//></p>
          <ul class="gallery">
            ${group.shown.map((item) => html`<${Picture} key=${item.item_id} item=${item} why=${visible(item[place])} />`)}
          </ul>
        </li>`)}
    </ul>
    <${MoreGroups} count=${found.shown.length - shown.length} show=${() => showAll(true)} />`;
}

function sizeOf({ items: count, shown: { length: shown } }) {
  return t(shown < count ? "groups.size_shown" : "groups.size", { count, shown });
}
