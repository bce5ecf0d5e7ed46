/** The datasets page: every dataset as a card, ways to find one, and how to begin where there is none. */

import { CreateDataset } from "../components/create-dataset.js";
import { DatasetCard } from "../components/dataset-card.js";
import { DatasetsFilter } from "../components/datasets-filter.js";
import { FirstStep } from "../components/first-step.js";
import { ProblemNotice } from "../components/notice.js";
import { StorageNotice } from "../components/storage-notice.js";
import { useSeen } from "../components/use-seen.js";
import { DatasetsList } from "../datasets-list.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { html, useEffect, useMemo, useRef } from "../ui.js";

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
  const empty = list.datasets.value?.length === 0 && !list.asked.value.q;
  const known = list.datasets.value || list.problem.value; // else what is typed moves elsewhere and is lost
  return html`
    <section class="page datasets-page">
      ${!empty && html`
        <div class="page-head">
          <h1>${t("datasets.title")}</h1>
          <${DatasetsFilter} list=${list} />
          ${known && creates() && html`<${CreateDataset} create=${(name) => list.create(name)} />`}
        </div>`}
      <${StorageNotice} room=${list.room.value} />
      ${list.problem.value && html`
        <${ProblemNotice} problem=${list.problem.value} title=${t("datasets.failed")} retry=${() => list.load()} />`}
      ${empty ? html`<${FirstStep} list=${list} />` : html`<${Cards} list=${list} />`}
    </section>`;
}

function Cards({ list }) {
  const cards = useRef(new WeakMap()).current;
  const datasets = list.datasets.value;
  if (!datasets) return list.problem.value ? null : html`<${Skeleton} />`;
  if (datasets.length === 0) return html`<${NothingFound} list=${list} />`;
  return html`
    <ul class="cards">
      ${datasets.map((dataset) => cardOf(dataset, { list, cards }))}
    </ul>
    ${list.more.value && html`<${More} key=${list.more.value} list=${list} />`}`;
}

/** The same for the same dataset, so that of hundreds only those that are another now are drawn anew. */
function cardOf(dataset, { list, cards }) {
  if (!cards.has(dataset)) cards.set(dataset, html`<${DatasetCard} key=${dataset.id} dataset=${dataset} list=${list} />`);
  return cards.get(dataset);
}

/** Fetched before it is reached; a button where a browser does not tell or the line is lost. */
function More({ list }) {
  const element = useSeen(() => list.loadMore(), [], "1200px");
  return html`
    <p class="more" ref=${element}>
      <button class="button" aria-disabled=${list.loading.value} onClick=${() => list.loadMore()}>${t("datasets.more")}</button>
    </p>`;
}

function NothingFound({ list }) {
  return html`
    <div class="patience" role="status">
      <p>${t("datasets.none")}</p>
      <p><button class="button" onClick=${() => list.choose("q", "")}>${t("datasets.all")}</button></p>
    </div>`;
}

function Skeleton() {
  return html`
    <div class="cards" role="status" aria-label=${t("site.loading")}>
      ${[0, 1, 2, 3].map((each) => html`<div key=${each} class="card skeleton"></div>`)}
    </div>`;
}
