/** AddPictures: upload by choosing or dropping files, and import of a folder on the server. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";

const BATCH = 100;

export function AddPictures({ room }) {
  const [batches, setBatches] = useState([]);
  const [over, setOver] = useState(false);
  const send = (files) => sendAll(room, [...files], setBatches);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    send(event.dataTransfer.files);
  };
  return html`
    <details class="add-pictures" open=${room.dataset.value.items === 0}>
      <summary><${Icon} name="upload" />${t("dataset.add")}</summary>
      <div class=${over ? "drop over" : "drop"} onDrop=${drop}
        onDragOver=${(event) => (event.preventDefault(), setOver(true))} onDragLeave=${() => setOver(false)}>
        <p>${over ? t("upload.dropping") : t("upload.drop")} ${" "}
          <label class="link">${t("upload.choose")}
            <input class="unseen" type="file" multiple onChange=${(event) => send(event.target.files)} />
          </label>
        </p>
        <p class="hint">${t("upload.limits")}</p>
      </div>
      <${ImportFolder} room=${room} />
      ${batches.length > 0 && html`
        <ul class="batches" aria-label=${t("upload.outcome")} aria-live="polite">
          ${batches.map((batch, n) => html`<${Batch} key=${n} number=${n + 1} batch=${batch} />`)}
        </ul>`}
    </details>`;
}

function ImportFolder({ room }) {
  const [path, setPath] = useState("");
  const submit = (event) => {
    event.preventDefault();
    room.importFolder(path);
  };
  return html`
    <form class="import-folder" onSubmit=${submit}>
      <label>${t("upload.folder")}
        <input class="input" value=${path} placeholder=${t("upload.folder_example")} required
          onInput=${(event) => setPath(event.target.value)} />
      </label>
      <button class="button" disabled=${room.submitting.value}>${t("upload.import")}</button>
    </form>`;
}

function Batch({ number, batch }) {
  return html`
    <li><b>${t("upload.batch", { number })}</b> ${batchText(batch)}
      ${batch.skipped?.map(({ path, reason }) => html`<span class="hint">${visible(path)}: ${visible(reason)}</span>`)}
    </li>`;
}

function batchText({ state, files, added, skipped, problem }) {
  if (state === "failed") return t("upload.failed", { reason: visible(problem) });
  if (state !== "sent") return t(`upload.${state}`, { files });
  const told = [t("upload.added", { count: added })];
  if (skipped.length) told.push(t("upload.skipped", { count: skipped.length }));
  return told.join(", ");
}

async function sendAll(room, files, show) {
  const parts = [];
  for (let at = 0; at < files.length; at += BATCH) parts.push(files.slice(at, at + BATCH));
  let batches = parts.map((part) => ({ state: "waiting", files: part.length }));
  const change = (n, news) => {
    batches = batches.with(n, { ...batches[n], ...news });
    show(batches);
  };
  show(batches);
  for (const [n, part] of parts.entries()) {
    change(n, { state: "sending" });
    try {
      const { added, skipped } = await room.upload(part);
      change(n, { state: "sent", added: added.length, skipped });
    } catch (problem) {
      change(n, { state: "failed", problem: problem.detail || problem.message });
    }
  }
}
