/** CancelButton: asks a task to end; says at once that it was heard. */

import { t } from "../language.js";
import { html } from "../ui.js";

export function CancelButton({ live }) {
  const asked = live.cancelAsked.value || live.task.value.metadata.cancelling;
  return html`
    <button class="button quiet" aria-disabled=${asked} onClick=${() => asked || live.cancel()}>
      ${t(asked ? "state.cancelling" : "progress.cancel")}
    </button>`;
}
