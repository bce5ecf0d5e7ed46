/** UploadList: files on their way: all of them in one bar, each with how far it is or why it stayed behind. */

import { bytes } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ShownName } from "./shown-name.js";

const SHOWN = 40;
const ICONS = { waiting: "clock", sending: "upload", added: "check", known: "check", refused: "cross" };
const URGENCY = ["refused", "sending", "waiting", "added", "known"];

export function UploadList({ upload }) {
  const rows = upload.rows.value;
  if (rows.length === 0) return null;
  const totals = upload.totals.value;
  const running = upload.running.value;
  return html`
    <section class="upload" aria-label=${t("upload.label")}>
      <header class="upload-head">
        <b>${running ? t("upload.sending", totals) : outcomeOf(totals)}</b>
        <small>${t("upload.bytes", { sent: bytes(totals.sent), total: bytes(totals.bytes) })}</small>
        <button class="button quiet" onClick=${() => (running ? upload.stop() : upload.clear())}>
          ${t(running ? "upload.stop" : "site.close")}
        </button>
      </header>
      <progress class="upload-bar" max=${totals.bytes || 1} value=${totals.sent} aria-label=${t("upload.label")}></progress>
      <ul class="upload-rows">${mostUrgent(rows).map((row) => html`<${Row} key=${row.key} row=${row} />`)}</ul>
      ${rows.length > SHOWN && html`<p class="hint">${t("upload.more", { count: rows.length - SHOWN })}</p>`}
      <p class="unseen" aria-live="polite">${running ? "" : outcomeOf(totals)}</p>
    </section>`;
}

function Row({ row }) {
  return html`
    <li class=${`upload-row ${row.state}`}>
      <${Icon} name=${ICONS[row.state]} />
      <${ShownName} text=${row.path} />
      <small>${wordsOf(row)}</small>
    </li>`;
}

function mostUrgent(rows) {
  if (rows.length <= SHOWN) return rows;
  return [...rows].sort((a, b) => URGENCY.indexOf(a.state) - URGENCY.indexOf(b.state)).slice(0, SHOWN);
}

function outcomeOf({ added, known, refused }) {
  const told = [t("upload.added", { count: added })];
  if (known) told.push(t("upload.known", { count: known }));
  if (refused) told.push(t("upload.refused", { count: refused }));
  return told.join(", ");
}

function wordsOf({ state, size, sent, reason, problem }) {
  if (state === "sending") return t("upload.bytes", { sent: bytes(sent), total: bytes(size) });
  if (state !== "refused") return `${bytes(size)} ${t(`upload.row.${state}`)}`;
  if (reason) return visible(reason);
  return problem?.status === 0 ? t("problem.unreachable") : visible(problem?.detail || t("upload.row.stopped"));
}
