/** TaskStages: the named parts of a task: which are done, which is now, which are to come. */

import { count } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { stageTitle } from "../task-state.js";
import { html } from "../ui.js";

const ICONS = { waiting: "clock", running: "running", completed: "check" };

export function TaskStages({ task }) {
  return html`
    <ol class="stages" aria-label=${t("progress.stages")}>
      ${task.metadata.stages.map((stage) => html`
        <li key=${stage.name} class=${`stage ${stage.state}`}>
          <${Icon} name=${ICONS[stage.state]} />${stageTitle(task.type, stage)} <small>${outcomeOf(stage)}</small>
        </li>`)}
    </ol>`;
}

function outcomeOf(stage) {
  if (stage.state === "completed" && stage.unit) return count(stage.done);
  return t(`progress.stage.${stage.state}`);
}
