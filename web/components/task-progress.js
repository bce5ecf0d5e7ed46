/**
 * TaskProgress: a task while it runs and how it ended.
 *
 * Pages of other origins import this file and write `<meanwhile-task>`: docs/watching-tasks.md.
 */

import { percent } from "../format.js";
import { t } from "../language.js";
import { defineTaskElement } from "../task-element.js";
import { isActive, isRetryable, stateOf, typeTitle } from "../task-state.js";
import { html } from "../ui.js";
import { CancelButton } from "./cancel-button.js";
import { ImportOutcome } from "./import-outcome.js";
import { LiveSwitch } from "./live-switch.js";
import { ProgressBar } from "./progress-bar.js";
import { RetryButton } from "./retry-button.js";
import { SpokenProgress } from "./spoken-progress.js";
import { StateMark } from "./state-mark.js";
import { TaskEnding } from "./task-ending.js";
import { TaskFacts } from "./task-facts.js";
import { TaskLogLines } from "./task-log-lines.js";
import { TaskStages } from "./task-stages.js";

export function TaskProgress({ live }) {
  const task = live.task.value;
  const label = t("progress.label", { title: typeTitle(task.type) });
  return html`
    <section class=${`task-progress ${stateOf(task).name}`} aria-label=${label}>
      <header class="task-head">
        <h2>${typeTitle(task.type)}</h2>
        <${StateMark} task=${task} cancelAsked=${live.cancelAsked.value} />
        <span class="task-percent">${percent(task.progress)}</span>
        <div class="task-tools">
          <${LiveSwitch} live=${live} />
          ${isActive(task) && live.acts && html`<${CancelButton} live=${live} />`}
          ${isRetryable(task) && live.acts && html`<${RetryButton} live=${live} />`}
        </div>
      </header>
      <${ProgressBar} task=${task} label=${label} />
      <${TaskFacts} task=${task} />
      <${TaskStages} task=${task} />
      <${TaskEnding} task=${task} live=${live} />
      ${live.result.value && html`<${ImportOutcome} result=${live.result.value} />`}
      ${live.door.asks && html`<${TaskLogLines} task=${task} log=${live.log} />`}
      <${SpokenProgress} task=${task} />
    </section>`;
}

defineTaskElement(TaskProgress);
