/** SortChoice: in which order pictures hang on the wall. */

import { t } from "../language.js";
import { html } from "../ui.js";

export function SortChoice({ studio }) {
  const sort = studio.sort.value;
  const names = Object.keys(studio.bins);
  return html`
    <select class="select" aria-label=${t("items.by_sort")} value=${sort} onChange=${(event) => studio.sortBy(event.target.value)}>
      <option value="" selected=${!sort}>${t("studio.sort.none")}</option>
      ${names.flatMap((name) => [
        [name, t("studio.sort.up", { name: t(`attribute.${name}`) })],
        [`-${name}`, t("studio.sort.down", { name: t(`attribute.${name}`) })],
      ]).map(([value, words]) => html`<option key=${value} value=${value} selected=${sort === value}>${words}</option>`)}
    </select>`;
}
