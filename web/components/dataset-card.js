/** DatasetCard: a dataset at a glance: its cover, its name, its size, what runs on it; takes files that are dropped. */

import { droppedFiles } from "../chosen-files.js";
import { bytes } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { DatasetCover } from "./dataset-cover.js";
import { RunningBadge } from "./running-badge.js";
import { ShownName } from "./shown-name.js";
import { UploadList } from "./upload-list.js";
import { useDrop } from "./use-drop.js";

export function DatasetCard({ dataset, upload }) {
  const [over, events] = useDrop(async (transfer) => upload.add(await droppedFiles(transfer)));
  return html`
    <li class=${over ? "card over" : "card"} ...${events}>
      <a class="card-link" href=${`/datasets/${dataset.id}`}>
        <${DatasetCover} sha256s=${dataset.cover} word=${wordFor(dataset, over)} />
        <div class="card-text">
          <h2 class="card-name"><${ShownName} text=${dataset.name} /></h2>
          <p class="facts">
            <span>${t("dataset.items", { count: dataset.items })}</span>
            <span>${bytes(dataset.size_bytes)}</span>
            ${dataset.visibility === "everyone" && html`<span>${t("dataset.everyone")}</span>`}
          </p>
          ${dataset.running.map((task) => html`<${RunningBadge} key=${task.id} task=${task} />`)}
        </div>
      </a>
      <${UploadList} upload=${upload} />
    </li>`;
}

function wordFor(dataset, over) {
  if (over) return t("upload.dropping");
  return t(dataset.items === 0 ? "dataset.drop_here" : "dataset.no_cover");
}
