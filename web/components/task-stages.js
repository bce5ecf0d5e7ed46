/** TaskStages: the named parts of a task: which are done, which is now, which are to come. */

import { count } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { stageStateOf, stageTitle } from "../task-state.js";
import { html } from "../ui.js";

const ICONS = { waiting: "clock", running: "running", completed: "check", stopped: "stop", skipped: "stop" };

export function TaskStages({ task }) {
  return html`
    <ol class="stages" aria-label=${t("progress.stages")}>
      ${task.metadata.stages.map((stage) => html`
        <${Stage} key=${stage.name} title=${stageTitle(task.type, stage)} stage=${stage} state=${stageStateOf(task, stage)} />`)}
    </ol>`;
}

function Stage({ title, stage, state }) {
  const counted = state === "completed" && stage.unit;
  return html`
    <li class=${`stage ${state}`}>
      <${Icon} name=${ICONS[state]} />${title} <small>${counted ? count(stage.done) : t(`progress.stage.${state}`)}</small>
    </li>`;
}
