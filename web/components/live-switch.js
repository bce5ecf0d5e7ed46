/** LiveSwitch: whether one watches live, and the way to hold the picture still and to go on. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { isActive } from "../task-state.js";
import { html } from "../ui.js";

const ICONS = { live: "live", paused: "play" };

export function LiveSwitch({ live }) {
  const state = live.connection.value;
  if (!isActive(live.task.value)) return null;
  const words = t(`connection.${state}`);
  if (state === "refused" || state === "closed") return html`<span class="connection">${words}</span>`;
  const paused = state === "paused";
  return html`
    <button class=${`button quiet connection ${state}`} role="switch" aria-checked=${!paused}
      title=${t(paused ? "connection.resume" : "connection.pause")}
      onClick=${() => (paused ? live.resume() : live.pause())}>
      <${Icon} name=${ICONS[state] ?? "offline"} />${words}
    </button>`;
}
