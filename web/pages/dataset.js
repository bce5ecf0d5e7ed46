/** The dataset page: what is in it, what runs on it, and what was found. */

import { AddPictures } from "../components/add-pictures.js";
import { AnalysisOutcome } from "../components/analysis-outcome.js";
import { Clusters } from "../components/clusters.js";
import { DatasetHead } from "../components/dataset-head.js";
import { Exploration } from "../components/exploration.js";
import { ItemsGallery } from "../components/items-gallery.js";
import { JumpList } from "../components/jump-list.js";
import { ProblemNotice } from "../components/notice.js";
import { TaskProgress } from "../components/task-progress.js";
import { DatasetRoom } from "../dataset-room.js";
import { percent } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useEffect, useMemo } from "../ui.js";
import { NoSuchPage } from "./dead-ends.js";

export function DatasetPage({ id }) {
  const room = useMemo(() => new DatasetRoom(id), [id]);
  useEffect(() => {
    room.load();
    return () => room.stop();
  }, [room]);
  const title = titleOf(room);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const dataset = room.dataset.value;
  if (room.problem.value) return html`<${Trouble} room=${room} />`;
  if (!dataset) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`
    <section class="page dataset-page">
      <${DatasetHead} room=${room} dataset=${dataset} />
      ${room.submitProblem.value && html`<${ProblemNotice} problem=${room.submitProblem.value} />`}
      ${room.watched.value.map((live) => html`<${TaskProgress} key=${live.task.value.id} live=${live} />`)}
      <${AddPictures} room=${room} dataset=${dataset} />
      <${JumpList} room=${room} dataset=${dataset} />
      <${AnalysisOutcome} room=${room} dataset=${dataset} />
      <${Clusters} room=${room} dataset=${dataset} />
      <${Exploration} room=${room} dataset=${dataset} />
      <${ItemsGallery} room=${room} dataset=${dataset} />
    </section>`;
}

function Trouble({ room }) {
  const problem = room.problem.value;
  if (problem.status === 404) return html`<${NoSuchPage} title=${t("dataset.missing")} />`;
  return html`
    <section class="page">
      <${ProblemNotice} problem=${problem} title=${t("dataset.failed")} retry=${() => room.load()} />
    </section>`;
}

/** A tab in the background tells how far it is. */
function titleOf(room) {
  const name = visible(room.dataset.value?.name ?? t("datasets.title"));
  const progress = room.analysing.value?.task.value.progress;
  return [progress === undefined ? "" : `${percent(progress)} · `, name, " – ", t("site.name")].join("");
}
