/** Exploration: what is in a dataset, how healthy it is, and how to find that out. */

import { EDA } from "../newest-result.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { isActive } from "../task-state.js";
import { html } from "../ui.js";
import { ExplorationFound } from "./exploration-found.js";
import { ExplorationSoFar } from "./exploration-so-far.js";
import { ProblemNotice } from "./notice.js";

export function Exploration({ room, dataset }) {
  const { found, problem } = room.eda;
  const live = room.watched.value.find(({ task }) => task.value.type === EDA && isActive(task.value));
  return html`
    <section class="findings" aria-labelledby="exploration">
      <div class="analysis-facts">
        <h2 id="exploration">${t("eda.title")}</h2>
        ${creates() && html`<${ExploreButton} room=${room} running=${Boolean(live)} />`}
      </div>
      ${problem.value && html`
        <${ProblemNotice} problem=${problem.value} title=${t("findings.failed")} retry=${() => room.eda.load()} />`}
      ${live?.preview.value && html`<${ExplorationSoFar} counts=${live.preview.value} />`}
      ${found.value && !live && html`<${ExplorationFound} ...${found.value} dataset=${dataset} />`}
      ${found.value === undefined && !live && !problem.value && html`<p class="patience" role="status">${t("site.loading")}</p>`}
      ${found.value === null && !live && html`<p class="hint">${t("eda.never_help")}</p>`}
    </section>`;
}

function ExploreButton({ room, running }) {
  const busy = running || room.submitting.value;
  return html`
    <button class="button" aria-disabled=${busy} onClick=${() => busy || room.explore()}>
      <${Icon} name="play" />${t(running ? "eda.running" : room.eda.found.value ? "eda.again" : "eda.action")}
    </button>`;
}
