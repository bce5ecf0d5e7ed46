/** RunningBadge: what runs on a dataset now, and how far it is. */

import { percent } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { stateOf, typeTitle } from "../task-state.js";
import { html } from "../ui.js";

export function RunningBadge({ task }) {
  const { name, icon } = stateOf(task);
  return html`
    <div class="running-badge">
      <span class=${`state ${name}`}><${Icon} name=${icon} />${wordOf(task)}</span>
      <b>${percent(task.progress)}</b>
      <span class="bar thin" aria-hidden="true"><span style=${{ transform: `translateX(${task.progress - 100}%)` }}></span></span>
    </div>`;
}

/** "Analysing", or what it is and how it stands: "Image analysis: waiting". */
function wordOf(task) {
  const { name, word } = stateOf(task);
  const key = `doing.${task.type}`;
  if (name === "running" && has(key)) return t(key);
  return t("doing.other", { title: typeTitle(task.type), state: word });
}
