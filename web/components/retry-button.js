/** RetryButton: goes on with a task that ended early, or redoes what a partial one has set aside. */

import { t } from "../language.js";
import { html } from "../ui.js";

export function RetryButton({ live }) {
  const { partial, metadata } = live.task.value;
  const asked = live.retryAsked.value;
  return html`
    <button class="button" aria-disabled=${asked} onClick=${() => asked || live.retry()}>
      ${partial ? t("progress.redo", { count: metadata.set_aside }) : t("progress.retry")}
    </button>`;
}
