/** The datasets page: every dataset as a card, and how to begin where there is none. */

import { CommandLine } from "../components/command-line.js";
import { CreateDataset } from "../components/create-dataset.js";
import { DatasetCard } from "../components/dataset-card.js";
import { ProblemNotice } from "../components/notice.js";
import { StorageNotice } from "../components/storage-notice.js";
import { DatasetsList } from "../datasets-list.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { html, useEffect, useMemo } from "../ui.js";

export function DatasetsPage() {
  const list = useMemo(() => new DatasetsList(), []);
  useEffect(() => {
    list.load();
    list.keepFresh();
    return () => list.stop();
  }, []);
  useEffect(() => {
    document.title = `${t("datasets.title")} – ${t("site.name")}`;
  });
  const empty = list.datasets.value?.length === 0;
  const known = list.datasets.value || list.problem.value; // else what is typed moves elsewhere and is lost
  return html`
    <section class="page datasets-page">
      ${!empty && html`
        <div class="page-head">
          <h1>${t("datasets.title")}</h1>
          ${known && creates() && html`<${CreateDataset} create=${(name) => list.create(name)} />`}
        </div>`}
      <${StorageNotice} room=${list.room.value} />
      ${list.problem.value && html`
        <${ProblemNotice} problem=${list.problem.value} title=${t("datasets.failed")} retry=${() => list.load()} />`}
      ${empty ? html`<${FirstStep} list=${list} />` : html`<${Cards} list=${list} />`}
    </section>`;
}

function Cards({ list }) {
  const datasets = list.datasets.value;
  if (!datasets) return list.problem.value ? null : html`<${Skeleton} />`;
  return html`
    <ul class="cards">
      ${datasets.map((dataset) => html`
        <${DatasetCard} key=${dataset.id} dataset=${dataset} list=${list} />`)}
    </ul>
    ${list.more.value && html`
      <p class="more"><button class="button" onClick=${() => list.loadMore()}>${t("datasets.more")}</button></p>`}`;
}

function Skeleton() {
  return html`
    <div class="cards" role="status" aria-label=${t("site.loading")}>
      ${[0, 1, 2, 3].map((each) => html`<div key=${each} class="card skeleton"></div>`)}
    </div>`;
}

function FirstStep({ list }) {
  if (!creates()) return html`<${NothingShared} />`;
  return html`
    <div class="first-step">
      <h1>${t("datasets.empty")}</h1>
      <p class="lead">${t("datasets.empty_help")}</p>
      <${CreateDataset} create=${(name) => list.create(name)} />
      <p>${t("datasets.empty_demo")}</p>
      <${CommandLine} line="make demo" />
      <p>${t("datasets.empty_curl")}</p>
      <${CommandLine} line=${curlLine()} />
    </div>`;
}

function NothingShared() {
  return html`
    <div class="first-step">
      <h1>${t("datasets.empty")}</h1>
      <p class="lead">${t("datasets.empty_viewer")}</p>
    </div>`;
}

function curlLine() {
  return [
    'curl -H "Authorization: Bearer $(cat .local/token)"',
    "--json '{\"name\": \"holiday\", \"kind\": \"image\"}'",
    `${location.origin}/api/v1/datasets`,
  ].join(" ");
}
