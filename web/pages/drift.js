/** The drift page: whether another dataset differs from this one, in what, and which pictures show it. */

import { DriftChoice } from "../components/drift-choice.js";
import { DriftFindings } from "../components/drift-findings.js";
import { Notice, ProblemNotice } from "../components/notice.js";
import { ShownName } from "../components/shown-name.js";
import { TaskProgress } from "../components/task-progress.js";
import { DriftRoom } from "../drift-room.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useEffect, useMemo } from "../ui.js";
import { NoSuchPage } from "./dead-ends.js";

export function DriftPage({ id }) {
  const room = useMemo(() => new DriftRoom(id), [id]);
  useEffect(() => {
    room.load();
    return () => room.stop();
  }, [room]);
  const dataset = room.dataset.value;
  const title = [t("drift.title"), " · ", visible(dataset?.name ?? ""), " – ", t("site.name")].join("");
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (room.problem.value) return html`<${Trouble} room=${room} />`;
  if (!dataset) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`
    <section class="page drift-page">
      <div class="page-head">
        <div class="page-title">
          <nav aria-label=${t("site.path")}><a class="back" href=${`/datasets/${id}`}><${ShownName} text=${dataset.name} /></a></nav>
          <h1>${t("drift.title")}</h1>
        </div>
        <${DriftChoice} room=${room} />
      </div>
      ${room.submitProblem.value && html`<${ProblemNotice} problem=${room.submitProblem.value} />`}
      ${room.live.value && html`<${TaskProgress} key=${room.live.value.task.value.id} live=${room.live.value} />`}
      <${Outcome} room=${room} />
    </section>`;
}

function Outcome({ room }) {
  const found = room.found.value;
  if (found) return html`<div class="findings"><${DriftFindings} key=${found.task.id} ...${found} name=${room.dataset.value.name} target=${room.nameOf(found.task.target_id)} /></div>`;
  if (found === undefined) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`<${Notice} icon="chart" title=${t("drift.never")}><p>${t("drift.never_help")}</p><//>`;
}

function Trouble({ room }) {
  const problem = room.problem.value;
  if (problem.status === 404) return html`<${NoSuchPage} title=${t("dataset.missing")} />`;
  return html`
    <section class="page">
      <${ProblemNotice} problem=${problem} title=${t("dataset.failed")} retry=${() => room.load()} />
    </section>`;
}
