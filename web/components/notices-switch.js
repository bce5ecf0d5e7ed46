/** NoticesSwitch: whether the browser says when a task has ended; asks for leave when it is pressed. */

import { finishNotices } from "../finish-notices.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function NoticesSwitch() {
  const state = finishNotices.state.value;
  if (!state) return null;
  const on = state === "on";
  return html`
    <button class=${on ? "button quiet notices on" : "button quiet notices"} role="switch" aria-checked=${on}
      aria-label=${t("notices.label")} title=${t(`notices.${state}`)}
      onClick=${() => (on ? finishNotices.turnOff() : finishNotices.turnOn())}>
      <${Icon} name=${on ? "bell" : "bell_off"} />
    </button>
    <span class="unseen" role="status">${state === "denied" && t("notices.denied")}</span>`;
}
