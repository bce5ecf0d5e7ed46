/** DuplicateGroups: pictures that are the same, or look it, group by group. */

import { limitOf } from "../issues.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { InStudio, issueCondition, itemsCondition } from "./in-studio.js";
import { MoreGroups } from "./more-groups.js";
import { Picture } from "./picture.js";

/** As many members of a group as a result tells of. */
const TOLD = 24;
const FIRST = 8;

export function DuplicateGroups({ id, issue, found }) {
  const [all, showAll] = useState(false);
  const shown = all ? found.shown : found.shown.slice(0, FIRST);
  return html`
    <section class="duplicates" aria-labelledby=${issue.name}>
      <h2 id=${issue.name}>${t(`issue.${issue.name}`)}</h2>
      <p class="hint">${[t(`issue.${issue.name}.why`), limitOf(issue)].filter(Boolean).join(" ")}</p>
      ${found.groups === 0 ? html`<p>${t("issue.none")}</p>` : html`
        <p class="facts">
          <span>${t("groups.found", { count: found.groups })}</span>
          <span><${InStudio} id=${id} chosen=${issueCondition(issue)}>${t("groups.items", { count: found.items })}<//></span>
          ${found.shown.length < found.groups && html`<span>${t("groups.shown", { count: found.shown.length })}</span>`}
        </p>
        <ul class="groups">${shown.map((group) => html`<${Group} key=${group[0].item_id} id=${id} group=${group} />`)}</ul>
        <${MoreGroups} count=${found.shown.length - shown.length} show=${() => showAll(true)} />`}
    </section>`;
}

function Group({ id, group }) {
  return html`
    <li class="group">
      <p class="hint"><${InStudio} id=${id} chosen=${itemsCondition(group)}>${sizeOf(group)}<//></p>
      <ul class="gallery">${group.map((item) => html`
        <${Picture} key=${item.item_id} item=${item} why=${item.keep && t("groups.keep")} />`)}</ul>
    </li>`;
}

// a result does not tell of more
function sizeOf({ length }) {
  return t(length < TOLD ? "groups.size" : "groups.size_least", { count: length });
}
