/** DatasetCard: a dataset at a glance: its cover, its name, its size, and what runs on it now. */

import { bytes, percent } from "../format.js";
import { t } from "../language.js";
import { typeTitle } from "../task-state.js";
import { html } from "../ui.js";
import { ShownName } from "./shown-name.js";
import { StateMark } from "./state-mark.js";
import { Thumbnail } from "./thumbnail.js";

export function DatasetCard({ dataset }) {
  return html`
    <li class="card dataset-card">
      <a class="card-link" href=${`/datasets/${dataset.id}`}>
        <${Cover} sha256s=${dataset.cover} />
        <div class="card-text">
          <h2 class="card-name"><${ShownName} text=${dataset.name} /></h2>
          <p class="card-facts">
            <span>${t("dataset.items", { count: dataset.items })}</span>
            <span>${bytes(dataset.size_bytes)}</span>
            ${dataset.visibility === "everyone" && html`<span>${t("dataset.everyone")}</span>`}
          </p>
          ${dataset.running.map((task) => html`<${Running} key=${task.id} task=${task} />`)}
        </div>
      </a>
    </li>`;
}

function Cover({ sha256s }) {
  if (sha256s.length === 0) {
    return html`<div class="cover none"><${Thumbnail} /><span>${t("dataset.no_cover")}</span></div>`;
  }
  return html`
    <div class=${`cover of-${sha256s.length}`}>
      ${sha256s.slice(0, 4).map((sha256) => html`<${Thumbnail} key=${sha256} sha256=${sha256} />`)}
    </div>`;
}

function Running({ task }) {
  return html`
    <div class="card-running">
      <${StateMark} task=${task} />
      <span class="card-task">${typeTitle(task.type)}</span>
      <span class="card-percent">${percent(task.progress)}</span>
      <span class="thin-bar" aria-hidden="true"><span style=${{ width: `${task.progress}%` }}></span></span>
    </div>`;
}
