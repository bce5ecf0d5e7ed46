/** IssuePanel: what an issue means, how many pictures have it, and which. */

import { share } from "../format.js";
import { limitOf } from "../issues.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { DuplicateGroups } from "./duplicate-groups.js";
import { IssueGallery } from "./issue-gallery.js";
import { UnreadableList } from "./unreadable-list.js";

export function IssuePanel({ task, result, issue }) {
  return html`
    <div class="issue-panel">
      <header>
        <h3>${t(`issue.${issue.name}`)} <small>${countOf(issue, result)}</small></h3>
        <p>${[t(`issue.${issue.name}.why`), limitOf(issue)].filter(Boolean).join(" ")}</p>
        ${issue.count > 0 && issue.name !== "unreadable" && html`<p><a href=${inStudio(task, issue)}>${t("studio.see_in")}</a></p>`}
      </header>
      ${issue.count > 0 && html`<${Pictures} task=${task} result=${result} issue=${issue} />`}
    </div>`;
}

/** The studio with what is below the threshold; of what is in groups, all that is in one. */
function inStudio({ dataset_id: id }, { name, threshold }) {
  const to = threshold === null || threshold > 1 ? 1 : threshold;
  return `/datasets/${id}/studio?${new URLSearchParams({ [`f.issue.${name}`]: `0~${to}` })}`;
}

function countOf(issue, result) {
  if (issue.count === 0) return t("issue.none");
  return t("issue.count", { count: issue.count, total: result.items, share: share(issue.share) });
}

function Pictures({ task, result, issue }) {
  switch (issue.name) {
    case "exact_duplicates":
      return html`<${DuplicateGroups} found=${result.duplicates.exact} />`;
    case "near_duplicates":
      return html`<${DuplicateGroups} found=${result.duplicates.near} />`;
    case "unreadable":
      return html`<${UnreadableList} task=${task} issue=${issue} />`;
    default:
      return html`<${IssueGallery} task=${task} issue=${issue} />`;
  }
}
