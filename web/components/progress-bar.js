/** ProgressBar: how far a task is, for the eye and for a screen reader. */

import { percent } from "../format.js";
import { countedOf } from "../task-state.js";
import { html } from "../ui.js";

export function ProgressBar({ task, label }) {
  const words = [percent(task.progress), countedOf(task.metadata)].filter(Boolean).join(", ");
  return html`
    <div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label=${label}
      aria-valuenow=${Math.floor(task.progress)} aria-valuetext=${words}>
      <span style=${{ transform: `translateX(${task.progress - 100}%)` }}></span>
    </div>`;
}
