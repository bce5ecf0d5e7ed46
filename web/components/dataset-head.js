/** DatasetHead: the name of a dataset, the facts about it, and what can be done with it. */

import { bytes, moment } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { AnalyseButton } from "./analyse-button.js";
import { ShownName } from "./shown-name.js";

export function DatasetHead({ room, dataset }) {
  return html`
    <div class="page-head">
      <div class="page-title">
        <nav aria-label=${t("site.path")}><a class="back" href="/">${t("datasets.title")}</a></nav>
        <h1><${ShownName} text=${dataset.name} /></h1>
        <p class="facts">
          <span>${t("dataset.items", { count: dataset.items })}</span>
          <span>${bytes(dataset.size_bytes)}</span>
          <span>${t("dataset.version", { version: dataset.version })}</span>
          <span>${t(`dataset.${dataset.visibility}`)}</span>
          <span>${t("dataset.created", { moment: moment(dataset.created_at) })}</span>
        </p>
      </div>
      <${AnalyseButton} room=${room} dataset=${dataset} />
    </div>`;
}
