/** The page of a dataset: its head and what runs on it, and below one of its parts. */

import { CachedNotice } from "../components/cached-notice.js";
import { DatasetHead } from "../components/dataset-head.js";
import { lazyPage } from "../components/lazy-page.js";
import { ProblemNotice } from "../components/notice.js";
import { nameOfPart, PartsNav } from "../components/parts-nav.js";
import { RunningTasks } from "../components/running-tasks.js";
import { DatasetRoom } from "../dataset-room.js";
import { percent } from "../format.js";
import { t } from "../language.js";
import { movedTo, OVERVIEW } from "../parts.js";
import { AttributesPart } from "../parts/attributes.js";
import { DuplicatesPart } from "../parts/duplicates.js";
import { ExplorationPart } from "../parts/exploration.js";
import { GroupsPart } from "../parts/groups.js";
import { IssuesPart } from "../parts/issues.js";
import { OverviewPart } from "../parts/overview.js";
import { PicturesPart } from "../parts/pictures.js";
import { go, visits } from "../router.js";
import { visible } from "../text.js";
import { html, useEffect, useMemo } from "../ui.js";
import { NoSuchPage } from "./dead-ends.js";

const VIEWS = {
  [OVERVIEW]: OverviewPart,
  issues: IssuesPart,
  attributes: AttributesPart,
  duplicates: DuplicatesPart,
  groups: GroupsPart,
  exploration: ExplorationPart,
  pictures: PicturesPart,
  studio: lazyPage("StudioPart", () => import("../parts/studio.js")),
};

export function DatasetPage({ id, part = OVERVIEW }) {
  const room = useMemo(() => new DatasetRoom(id), [id]);
  useEffect(() => {
    room.load();
    return () => room.stop();
  }, [room]);
  const visit = visits.value;
  useEffect(() => {
    const moved = movedTo(id, part, location);
    if (moved) go(moved, { replace: true });
  }, [part, visit]);
  const title = titleOf(room, part);
  useEffect(() => {
    document.title = title;
  }, [title]);
  const dataset = room.dataset.value;
  if (!(part in VIEWS)) return html`<${NoSuchPage} />`;
  if (room.problem.value) return html`<${Trouble} room=${room} />`;
  if (!dataset) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`
    <section class="page dataset-page">
      <${DatasetHead} room=${room} dataset=${dataset} />
      <${CachedNotice} room=${room} />
      ${room.submitProblem.value && html`<${ProblemNotice} problem=${room.submitProblem.value} />`}
      <${RunningTasks} room=${room} />
      <div class="parts-frame">
        <${PartsNav} id=${id} part=${part} />
        <${VIEWS[part]} key=${part} room=${room} dataset=${dataset} />
      </div>
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
function titleOf(room, part) {
  const name = visible(room.dataset.value?.name ?? t("datasets.title"));
  const progress = room.analysing.value?.task.value.progress;
  const before = [progress === undefined ? null : percent(progress), part in VIEWS && part ? nameOfPart(part) : null];
  return [...before, name].filter(Boolean).join(" · ") + ` – ${t("site.name")}`;
}
