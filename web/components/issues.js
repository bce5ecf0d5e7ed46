/** Issues: one row each with its count, and the pictures that have the chosen one. */

import { count } from "../format.js";
import { AT_THE_END, inOrder, isOfGroups } from "../issues.js";
import { t } from "../language.js";
import { remember, remembered } from "../router.js";
import { html, useState } from "../ui.js";
import { IssuePanel } from "./issue-panel.js";

export function Issues({ task, result }) {
  const issues = inOrder(result.issues.filter(({ name }) => !isOfGroups(name)));
  const [chosen, choose] = useState(remembered("issue"));
  const issue = issues.find(({ name }) => name === chosen) ?? issues.find((each) => each.count > 0) ?? issues[0];
  const take = (name) => {
    remember("issue", name);
    choose(name);
  };
  return html`
    <section aria-labelledby="issues">
      <h2 id="issues">${t("findings.issues")}</h2>
      <div class="issues">
        <div class="issue-rows" role="group" aria-labelledby="issues">
          ${issues.map((each) => html`<${Row} key=${each.name} issue=${each} pressed=${each === issue} take=${take} />`)}
        </div>
        <${IssuePanel} key=${issue.name} task=${task} result=${result} issue=${issue} />
      </div>
    </section>`;
}

function Row({ issue, pressed, take }) {
  return html`
    <button class=${issue.count ? "issue-row found" : "issue-row"} aria-pressed=${pressed} onClick=${() => take(issue.name)}>
      <span>${t(`issue.${issue.name}`)}</span><b>${count(issue.count)}</b>
    </button>`;
}

/** `counts` of an analysis that goes on. */
export function IssuesSoFar({ counts }) {
  const found = { unreadable: counts.unreadable, ...counts.issues };
  const names = inOrder([...Object.keys(found), ...AT_THE_END], (name) => name);
  return html`
    <section aria-labelledby="issues-so-far">
      <h2 id="issues-so-far">${t("findings.issues")} <small>${t("findings.so_far")}</small></h2>
      <div class="issues">
        <ul class="issue-rows">
          ${names.map((name) => html`
            <li key=${name} class=${found[name] ? "issue-row found" : "issue-row"}>
              <span>${t(`issue.${name}`)}</span>
              ${name in found ? html`<b>${count(found[name])}</b>` : html`<small>${t("findings.at_the_end")}</small>`}
            </li>`)}
        </ul>
        <p class="patience">${t("findings.pending")}</p>
      </div>
    </section>`;
}
