/** ItemsGallery: the pictures of a dataset, as many as wanted, by label, split or issue, in some order. */

import { whyOf } from "../issues.js";
import { t } from "../language.js";
import { owns } from "../session.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";
import { ConfirmDialog } from "./confirm-dialog.js";
import { ItemsFilter } from "./items-filter.js";
import { ProblemNotice } from "./notice.js";
import { Picture } from "./picture.js";

export function ItemsGallery({ room, dataset }) {
  const list = room.items;
  const [leaving, ask] = useState(null);
  return html`
    <section class="items" aria-labelledby="pictures">
      <div class="items-head">
        <h2 id="pictures">${t("items.title")}</h2>
        <${ItemsFilter} list=${list} found=${room.analysis.found.value} />
      </div>
      ${list.problem.value && html`
        <${ProblemNotice} problem=${list.problem.value} title=${t("items.failed")} retry=${() => list.load()} />`}
      <${Pictures} list=${list} remove=${owns(dataset) && ask} />
      ${leaving && html`<${RemoveDialog} room=${room} item=${leaving} close=${() => ask(null)} />`}
    </section>`;
}

function Pictures({ list, remove }) {
  const items = list.items.value;
  if (!items) return list.problem.value ? null : html`<p class="patience" role="status">${t("site.loading")}</p>`;
  if (items.length === 0) return html`<p class="patience">${t("items.none")}</p>`;
  const { issue } = list.asked.value;
  return html`
    <ul class="gallery">
      ${items.map((item) => html`
        <${Picture} key=${item.id} item=${item} remove=${remove} why=${whyShown(item, issue)} />`)}
    </ul>
    ${list.more.value && html`
      <p class="more"><button class="button" disabled=${list.loading.value} onClick=${() => list.loadMore()}>
        ${t(list.loading.value ? "issue.loading_more" : "items.more")}
      </button></p>`}`;
}

/** What was measured where an issue is asked for, else where the picture belongs, unless its folders say so. */
function whyShown({ path, score, label, split }, issue) {
  if (issue) return whyOf(issue, score);
  const folders = path.split("/").slice(0, -1);
  return [label, split].filter((name) => name && !folders.includes(name)).map(visible).join(" · ");
}

function RemoveDialog({ room, item, close }) {
  return html`
    <${ConfirmDialog} title=${t("items.remove_title", { path: visible(item.path) })} word=${t("items.remove")}
      act=${() => room.removeItem(item)} done=${close} close=${close}>
      ${t("items.remove_help")}
    <//>`;
}
