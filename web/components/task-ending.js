/** TaskEnding: what a person must know of how a task ended, and what to do about it. */

import { t } from "../language.js";
import { adviceFor } from "../task-state.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

/** `problem` is why cancelling did not get through, if somebody tried. */
export function TaskEnding({ task, problem }) {
  const { set_aside: aside } = task.metadata;
  return html`
    ${aside > 0 && html`<p class="task-note">${t("progress.set_aside", { count: aside })}</p>`}
    ${problem && html`<p class="task-note bad" role="alert">${t("progress.cancel_failed")}</p>`}
    ${task.status === "cancelled" && html`<p class="task-note">${t("progress.cancelled_help")}</p>`}
    ${task.error && html`
      <p class="task-note bad" role="alert">${visible(task.error.detail)} ${adviceFor(task.error.code)}</p>`}`;
}
