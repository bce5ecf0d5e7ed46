/** TaskEnding: what a person must know of how a task ended, and what to do about it. */

import { t } from "../language.js";
import { adviceFor, whyNotCancelled, whyNotRetried } from "../task-state.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

export function TaskEnding({ task, live }) {
  const { set_aside: aside } = task.metadata;
  const notRetried = live.retryProblem.value;
  return html`
    ${aside > 0 && html`<p class="task-note">${t("progress.set_aside", { count: aside })}</p>`}
    ${live.cancelProblem.value && html`<p class="task-note bad" role="alert">${whyNotCancelled(live.cancelProblem.value)}</p>`}
    ${notRetried && html`<p class="task-note bad" role="alert">${whyNotRetried(notRetried)}</p>`}
    ${task.status === "cancelled" && html`<p class="task-note">${t("progress.cancelled_help")}</p>`}
    ${task.error && html`
      <p class="task-note bad" role="alert">${visible(task.error.detail)} ${adviceFor(task.error.code)}</p>`}`;
}
