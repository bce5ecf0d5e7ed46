/** Notice: a calm full-width message, for what is empty, missing, wrong or worth knowing. */

import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

/** `kind`: info | warn | bad; children come below the text. */
export function Notice({ kind = "info", icon, title, children }) {
  return html`
    <div class=${`notice ${kind}`} role=${kind === "bad" ? "alert" : undefined}>
      ${icon && html`<${Icon} name=${icon} />`}
      <div class="notice-body">
        ${title && html`<p class="notice-title">${title}</p>`}
        ${children}
      </div>
    </div>`;
}

/** What went wrong and what to do about it, with a way to try again. */
export function ProblemNotice({ problem, title, retry }) {
  const away = problem.status === 0;
  const said = away ? t("problem.unreachable") : visible(problem.detail || problem.message);
  return html`
    <${Notice} kind="bad" icon=${away ? "offline" : "warning"} title=${title ?? t("problem.any")}>
      <p>${said}${away && html`<br />${t("problem.unreachable_help")}`}</p>
      ${has(`advice.${problem.code}`) && html`<p>${t(`advice.${problem.code}`)}</p>`}
      ${retry && html`<button class="button" onClick=${retry}>${t("site.try_again")}</button>`}
    <//>`;
}
