/** RunningBadge: what runs on a dataset now, and how far it is. */

import { percent } from "../format.js";
import { typeTitle } from "../task-state.js";
import { html } from "../ui.js";
import { StateMark } from "./state-mark.js";

export function RunningBadge({ task }) {
  return html`
    <div class="running-badge">
      <${StateMark} task=${task} />
      <span>${typeTitle(task.type)}</span>
      <b>${percent(task.progress)}</b>
      <span class="bar thin" aria-hidden="true"><span style=${{ width: `${task.progress}%` }}></span></span>
    </div>`;
}
