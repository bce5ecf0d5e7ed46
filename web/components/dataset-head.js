/** DatasetHead: the name of a dataset, the facts about it, and what can be done with it. */

import { bytes, moment } from "../format.js";
import { t } from "../language.js";
import { partAddress } from "../parts.js";
import { creates, owns } from "../session.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { AnalyseButton } from "./analyse-button.js";
import { DatasetSettings } from "./dataset-settings.js";
import { ShownName } from "./shown-name.js";

export function DatasetHead({ room, dataset }) {
  const items = t("dataset.items", { count: dataset.items });
  return html`
    <div class="page-head">
      <div class="page-title">
        <nav aria-label=${t("site.path")}><a class="back" href="/">${t("datasets.title")}</a></nav>
        <h1><${ShownName} text=${dataset.name} /></h1>
        <p class="facts">
          <span>${dataset.items === 0 ? items : html`<a href=${partAddress(dataset.id, "pictures")}>${items}</a>`}</span>
          <span>${bytes(dataset.size_bytes)}</span>
          <span>${t("dataset.version", { version: dataset.version })}</span>
          <span>${t(`dataset.${dataset.visibility}`)}</span>
          ${!owns(dataset) && html`<span>${t("dataset.owner", { name: visible(dataset.owner) })}</span>`}
          <span>${t("dataset.created", { moment: moment(dataset.created_at) })}</span>
          <span><a href=${`/drift?reference=${dataset.id}`}>${t("drift.link")}</a></span>
        </p>
      </div>
      <div class="page-tools">
        ${owns(dataset) && html`<${DatasetSettings} room=${room} dataset=${dataset} />`}
        ${creates() && html`<${AnalyseButton} room=${room} dataset=${dataset} />`}
      </div>
    </div>`;
}
