/** StateMark: the state of a task as icon, word and colour. */

import { Icon } from "../icons.js";
import { stateOf } from "../task-state.js";
import { html } from "../ui.js";

export function StateMark({ task, cancelAsked }) {
  const { name, word, icon } = stateOf(task, cancelAsked);
  return html`<span class=${`state ${name}`}><${Icon} name=${icon} />${word}</span>`;
}
