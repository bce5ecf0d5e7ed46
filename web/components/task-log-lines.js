/** TaskLogLines: what a task wrote down while it ran, folded away until somebody asks. */

import { clockTime } from "../format.js";
import { t } from "../language.js";
import { TaskLog } from "../task-log.js";
import { stageTitle } from "../task-state.js";
import { visible } from "../text.js";
import { html, useMemo } from "../ui.js";

/** `log` is that of a watched task; of another one it is fetched. */
export function TaskLogLines({ task, log: streamed }) {
  const log = useMemo(() => streamed ?? new TaskLog(task), [task.id, streamed]);
  if (task.log_seq === 0) return null;
  return html`
    <details class="log" onToggle=${(event) => event.target.open && log.load()}>
      <summary>${t("log.title")} <small>${t("log.lines", { count: task.log_seq })}</small></summary>
      <ol class="log-lines">
        ${log.lines.value.map((line) => html`<${Line} key=${line.seq} line=${line} task=${task} />`)}
      </ol>
      ${log.failed.value && html`<p class="task-note bad" role="alert">${t("log.failed")}</p>`}
    </details>`;
}

/** A trace keeps its lines; whatever else is told is one line, whoever chose the names in it. */
function shown(message) {
  return message.startsWith("Traceback ") ? message.split("\n").map(visible).join("\n") : visible(message);
}

function Line({ line, task }) {
  const stage = task.metadata.stages.find(({ name }) => name === line.stage);
  return html`
    <li class=${`log-line ${line.level}`}>
      <time datetime=${line.time}>${clockTime(line.time)}</time>
      <span>${stage && stageTitle(task.type, stage)}</span>
      <span>${line.level !== "info" && html`<b>${t(`log.${line.level}`)}</b> `}${shown(line.message)}</span>
    </li>`;
}
