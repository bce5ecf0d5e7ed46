/** ItemsFilter: which pictures are shown, and in which order; what a dataset does not have is not offered. */

import { inOrder } from "../issues.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

const SORTS = { path: "path", "-path": "path_down", added: "oldest", "-added": "newest" };

/** `found` is the newest analysis, whose issues can be asked for. */
export function ItemsFilter({ list, found }) {
  const asked = list.asked.value;
  const { labels, splits } = list.names.value;
  const issues = inOrder(found?.result.issues ?? []).filter(({ count }) => count > 0);
  return html`
    <div class="items-filter">
      <${Choice} list=${list} name="label" all=${t("items.all_labels")} options=${counted(labels)} />
      <${Choice} list=${list} name="split" all=${t("items.all_splits")} options=${counted(splits)} />
      <${Choice} list=${list} name="issue" all=${t("items.all_issues")}
        options=${issues.map(({ name, count }) => [name, t("items.option", { name: t(`issue.${name}`), count })])} />
      ${!asked.issue && html`
        <${Choice} list=${list} name="sort" options=${Object.entries(SORTS).map(([sort, word]) => [sort, t(`items.sort.${word}`)])} />`}
    </div>`;
}

function counted(names) {
  return Object.entries(names).map(([name, count]) => [name, t("items.option", { name: visible(name), count })]);
}

/** `all` is the word for no choice; without it the first option is the usual one. */
function Choice({ list, name, all, options }) {
  const chosen = list.asked.value[name] || (all ? "" : options[0][0]);
  const known = options.some(([value]) => value === chosen);
  // what the address asks for is shown even where it is no longer there
  const shown = chosen && !known ? [[chosen, visible(chosen)], ...options] : options;
  if (shown.length === 0) return null;
  return html`
    <select class="select" aria-label=${t(`items.by_${name}`)} value=${chosen}
      onChange=${(event) => list.choose(name, event.target.value)}>
      ${all && html`<option value="">${all}</option>`}
      ${shown.map(([value, word]) => html`<option key=${value} value=${value} selected=${value === chosen}>${word}</option>`)}
    </select>`;
}
