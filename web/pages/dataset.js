/** The dataset page: what is in it, what runs on it, and what was found. */

import { AddPictures } from "../components/add-pictures.js";
import { Findings } from "../components/findings.js";
import { LiveFindings } from "../components/live-findings.js";
import { Notice, ProblemNotice } from "../components/notice.js";
import { ShownName } from "../components/shown-name.js";
import { TaskProgress } from "../components/task-progress.js";
import { DatasetRoom } from "../dataset-room.js";
import { bytes, duration, moment } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useEffect, useMemo } from "../ui.js";

export function DatasetPage({ id }) {
  const room = useMemo(() => new DatasetRoom(id), [id]);
  useEffect(() => {
    room.load();
    return () => room.stop();
  }, [room]);
  const dataset = room.dataset.value;
  useEffect(() => {
    document.title = `${dataset?.name ?? t("datasets.title")} – ${t("site.name")}`;
  });
  if (room.problem.value) return html`<section class="page"><${Trouble} room=${room} /></section>`;
  if (!dataset) return html`<p class="waiting" role="status">${t("site.loading")}</p>`;
  return html`
    <section class="page dataset-page">
      <${Head} room=${room} dataset=${dataset} />
      ${room.submitProblem.value && html`<${ProblemNotice} problem=${room.submitProblem.value} />`}
      ${room.watched.value.map((live) => html`<${TaskProgress} key=${live.task.value.id} live=${live} />`)}
      <${AddPictures} room=${room} />
      <${Outcome} room=${room} dataset=${dataset} />
    </section>`;
}

function Trouble({ room }) {
  const problem = room.problem.value;
  const title = problem.status === 404 ? t("dataset.missing") : t("dataset.failed");
  return html`<${ProblemNotice} problem=${problem} title=${title} retry=${() => room.load()} />`;
}

function Head({ room, dataset }) {
  return html`
    <div class="page-head">
      <div>
        <h1><${ShownName} text=${dataset.name} /></h1>
        <p class="facts">
          <span>${t("dataset.items", { count: dataset.items })}</span>
          <span>${bytes(dataset.size_bytes)}</span>
          <span>${t("dataset.version", { version: dataset.version })}</span>
          <span>${t(`dataset.${dataset.visibility}`)}</span>
          <span>${t("dataset.created", { moment: moment(dataset.created_at) })}</span>
        </p>
      </div>
      <${Analyse} room=${room} dataset=${dataset} />
    </div>`;
}

function Analyse({ room, dataset }) {
  const busy = room.analysing.value || room.submitting.value;
  const word = busy ? "analyse.running" : room.result.value ? "analyse.again" : "analyse.action";
  return html`
    <button class="button primary" disabled=${busy || dataset.items === 0} onClick=${() => room.analyse()}>
      <${Icon} name="play" />${dataset.items === 0 ? t("analyse.nothing") : t(word)}
    </button>`;
}

function Outcome({ room, dataset }) {
  const live = room.analysing.value;
  const found = room.result.value;
  if (live) return html`<${LiveFindings} live=${live} />`;
  if (room.resultProblem.value) {
    return html`<${ProblemNotice} problem=${room.resultProblem.value} title=${t("findings.failed")}
      retry=${() => room.loadResult()} />`;
  }
  if (found) return html`<${Found} found=${found} note=${room.note.value} dataset=${dataset} />`;
  if (dataset.items === 0) {
    return html`<${Notice} icon="picture" title=${t("dataset.empty")}><p>${t("dataset.empty_help")}</p><//>`;
  }
  return html`<${Notice} icon="chart" title=${t("analyse.never")}><p>${t("analyse.never_help")}</p><//>`;
}

function Found({ found: { task, result }, note, dataset }) {
  const seconds = (new Date(task.completed_at) - new Date(task.started_at)) / 1000;
  const items = t("dataset.items", { count: result.items });
  return html`
    ${note && html`<${Notice} icon="check"><p>${t(note)}</p><//>`}
    ${result.items !== dataset.items && html`
      <${Notice} kind="warn" icon="warning">
        <p>${t("analyse.changed", { then: result.items, now: dataset.items })}</p>
      <//>`}
    <p class="facts">
      <span>${t("analyse.finished", { items, duration: duration(seconds) })}</span>
      <span>${moment(task.completed_at)}</span>
    </p>
    <${Findings} task=${task} result=${result} />`;
}
