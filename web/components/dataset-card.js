/** DatasetCard: a dataset at a glance: its cover, its size, what was found and what runs; takes files that are dropped. */

import { droppedFiles } from "../chosen-files.js";
import { bytes } from "../format.js";
import { t } from "../language.js";
import { creates, owns } from "../session.js";
import { visible } from "../text.js";
import { html, useId } from "../ui.js";
import { CardActions } from "./card-actions.js";
import { CardResults } from "./card-results.js";
import { CardState } from "./card-state.js";
import { DatasetCover } from "./dataset-cover.js";
import { ShownName } from "./shown-name.js";
import { UploadList } from "./upload-list.js";
import { useDrop } from "./use-drop.js";
import { useSeen } from "./use-seen.js";

export function DatasetCard({ dataset, list }) {
  const id = useId();
  const mine = owns(dataset);
  const upload = list.uploadOf(dataset);
  const [over, events] = useDrop(async (transfer) => upload.add(await droppedFiles(transfer)));
  const unknown = dataset.items > 0 && !dataset.analyses;
  const element = useSeen(() => unknown && list.look(dataset.id), [unknown]);
  return html`
    <li ref=${element} class=${over ? "card over" : "card"} ...${mine ? events : {}}>
      <a class="card-link" href=${`/datasets/${dataset.id}`}>
        <${DatasetCover} sha256s=${dataset.cover} word=${wordFor(dataset, { over, mine })} />
        <div class="card-text">
          <h2 class="card-name" id=${id}><${ShownName} text=${dataset.name} /></h2>
          <${Facts} dataset=${dataset} mine=${mine} />
          <${CardResults} dataset=${dataset} />
          <${CardState} dataset=${dataset} />
        </div>
      </a>
      ${creates() && html`<${CardActions} dataset=${dataset} list=${list} labelledBy=${id} />`}
      <${UploadList} upload=${upload} />
    </li>`;
}

function Facts({ dataset, mine }) {
  return html`
    <p class="facts">
      <span>${t("dataset.items", { count: dataset.items })}</span>
      <span>${bytes(dataset.size_bytes)}</span>
      ${!mine && html`<span>${visible(dataset.owner)}</span>`}
      ${dataset.visibility === "everyone" && html`<span>${t("dataset.everyone")}</span>`}
    </p>`;
}

function wordFor(dataset, { over, mine }) {
  if (over) return t("upload.dropping");
  if (dataset.items > 0) return t("dataset.no_cover");
  return t(mine ? "dataset.drop_here" : "dataset.nothing_yet");
}
