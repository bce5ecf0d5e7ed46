/** IssuePanel: what an issue means, how many pictures have it, and which. */

import { share } from "../format.js";
import { limitOf } from "../issues.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { IssueGallery } from "./issue-gallery.js";
import { InStudio, issueCondition } from "./in-studio.js";
import { UnreadableList } from "./unreadable-list.js";

export function IssuePanel({ task, result, issue }) {
  const unreadable = issue.name === "unreadable";
  return html`
    <div class="issue-panel">
      <header>
        <h3>${t(`issue.${issue.name}`)} <small>${countOf(issue, result)}</small></h3>
        <p>${[t(`issue.${issue.name}.why`), limitOf(issue)].filter(Boolean).join(" ")}</p>
        ${issue.count > 0 && !unreadable && html`<p><${InStudio} id=${task.dataset_id} chosen=${issueCondition(issue)}>${t("studio.see_in")}<//></p>`}
      </header>
      ${issue.count > 0 && html`<${unreadable ? UnreadableList : IssueGallery} task=${task} issue=${issue} />`}
    </div>`;
}

function countOf(issue, result) {
  if (issue.count === 0) return t("issue.none");
  return t("issue.count", { count: issue.count, total: result.items, share: share(issue.share) });
}
