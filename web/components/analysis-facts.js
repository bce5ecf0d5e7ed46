/** AnalysisFacts: when an analysis was made, what it cost, whether it still holds, and its downloads. */

import { duration, moment } from "../format.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { html } from "../ui.js";
import { Downloads } from "./downloads.js";
import { Notice } from "./notice.js";
import { TaskLogLines } from "./task-log-lines.js";

/** `watched` says that the task is shown above with its log. */
export function AnalysisFacts({ task, result, room, dataset, watched }) {
  return html`
    <section class="analysis" aria-label=${t("analyse.label")}>
      <div class="analysis-facts">
        <p class="facts">
          <span>${t("analyse.finished", { moment: moment(task.completed_at) })}</span>
          <span>${t("dataset.items", { count: result.items })}</span>
          <span>${effortOf(task)}</span>
        </p>
        <${Downloads} task=${task} name=${dataset.name} />
      </div>
      <div role="status">
        <${StaleNotice} room=${room} />
      </div>
      ${!watched && html`<${TaskLogLines} key=${task.id} task=${task} />`}
    </section>`;
}

function StaleNotice({ room }) {
  const { standing, stale_items: count } = room.standing.value ?? {};
  if (standing !== "stale") return null;
  return html`
    <${Notice} kind="warn" icon="warning">
      <p>${t("analyse.stale", { count })}</p>
      ${creates() && html`<button class="button" onClick=${() => room.analyse()}>${t("analyse.again")}</button>`}
    <//>`;
}

/** A picture is read once ever: "55 read in 2 sec", or "nothing to read anew, 0.1 sec". */
function effortOf(task) {
  const seconds = (new Date(task.completed_at) - new Date(task.started_at)) / 1000;
  const read = task.metadata.stages.find(({ kind }) => kind === "map")?.done ?? 0;
  const key = read === 0 ? "analyse.effort_known" : "analyse.effort";
  return t(key, { count: read, duration: duration(seconds) });
}
