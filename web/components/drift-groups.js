/** DriftGroups: groups that look alike, and of which side they have more. */

import { figure, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { Picture } from "./picture.js";

const SHOWN = 6;
const EACH = 6;

export function DriftGroups({ looks: { clusters, compared }, names }) {
  if (clusters.length === 0) return null;
  return html`
    <section aria-labelledby="drift-groups">
      <h2 id="drift-groups">${t("drift.groups")}</h2>
      <ul class="drift-groups">
        ${clusters.slice(0, SHOWN).map((cluster, n) => html`
          <${Group} key=${n} number=${n} cluster=${cluster} compared=${compared} names=${names} />`)}
      </ul>
    </section>`;
}

function Group({ number, cluster: { reference, current, difference, items }, compared, names }) {
  const more = visible(difference > 0 ? names.current : names.reference);
  return html`
    <li class="group drift-group">
      <h3>${t("drift.group_more", { number, name: more })}</h3>
      <p class="facts">
        <span>${visible(names.reference)}: ${figure(reference)} (${share(reference / Math.max(1, compared.reference))})</span>
        <span>${visible(names.current)}: ${figure(current)} (${share(current / Math.max(1, compared.current))})</span>
      </p>
      <ul class="gallery">${items.slice(0, EACH).map((item) => html`<${Picture} key=${item.item_id} item=${item} />`)}</ul>
    </li>`;
}
