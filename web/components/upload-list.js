/** UploadList: files on their way: all of them in one bar, each with how far it is or why it stayed behind. */

import { bytes } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ShownName } from "./shown-name.js";

const SHOWN = 40;
const ICONS = { waiting: "clock", sending: "upload", added: "check", known: "check", handed: "check", refused: "cross" };
const URGENCY = ["refused", "sending", "waiting", "handed", "added", "known"];
const OUTCOMES = ["added", "known", "handed", "refused"];

export function UploadList({ upload }) {
  const rows = upload.rows.value;
  if (rows.length === 0) return null;
  const totals = upload.totals.value;
  const running = upload.running.value;
  return html`
    <section class="upload" aria-label=${t("upload.label")}>
      <header class="upload-head">
        <b>${running ? t(upload.paused.value ? "upload.paused" : "upload.sending", totals) : outcomeOf(totals)}</b>
        <small>${t("upload.bytes", { sent: bytes(totals.sent), total: bytes(totals.bytes) })}</small>
        <${Tools} upload=${upload} running=${running} again=${totals.again} />
      </header>
      <progress class="upload-bar" max=${totals.bytes || 1} value=${totals.sent} aria-label=${t("upload.label")}></progress>
      <ul class="upload-rows">${mostUrgent(rows).map((row) => html`<${Row} key=${row.key} ...${row} />`)}</ul>
      ${rows.length > SHOWN && html`<p class="hint">${t("upload.more", { count: rows.length - SHOWN })}</p>`}
      <p class="unseen" aria-live="polite">${running ? "" : outcomeOf(totals)}</p>
    </section>`;
}

function Tools({ upload, running, again }) {
  return html`
    <div class="upload-tools">
      ${running && html`<${PauseButton} upload=${upload} />`}
      ${again && !running && html`<button class="button" onClick=${() => upload.retry()}>${t("site.try_again")}</button>`}
      <button class="button quiet" onClick=${() => (running ? upload.stop() : upload.clear())}>
        ${t(running ? "upload.stop" : "site.close")}
      </button>
    </div>`;
}

function PauseButton({ upload }) {
  const paused = upload.paused.value;
  return html`
    <button class="button quiet" onClick=${() => (paused ? upload.resume() : upload.pause())}>
      ${t(paused ? "upload.resume" : "upload.pause")}
    </button>`;
}

// a row changes in place: only what is taken out of it is seen to differ
function Row(row) {
  return html`
    <li class=${`upload-row ${row.state}`}>
      <${Icon} name=${ICONS[row.state]} />
      <${ShownName} text=${row.path} />
      <small>${wordsOf(row)}</small>
    </li>`;
}

function mostUrgent(rows) {
  if (rows.length <= SHOWN) return rows;
  return URGENCY.flatMap((state) => rows.filter((row) => row.state === state)).slice(0, SHOWN);
}

function outcomeOf(totals) {
  const told = OUTCOMES.filter((state) => totals[state] > 0).map((state) => t(`upload.${state}`, { count: totals[state] }));
  return told.join(", ");
}

function wordsOf({ state, kind, size, sent, problem }) {
  if (state === "sending") return t("upload.bytes", { sent: bytes(sent), total: bytes(size) });
  if (state === "refused") return whyOf(problem);
  if (state === "handed") return t(`upload.row.handed_${kind}`);
  if (state === "waiting" && kind === "list") return t("upload.row.waiting_list");
  return `${bytes(size)} ${t(`upload.row.${state}`)}`;
}

function whyOf(problem) {
  if (!problem) return t("upload.row.stopped");
  if (problem.status === 0 && problem.code === "unreachable") return t("problem.unreachable");
  const key = `upload.why.${problem.code}`;
  return has(key) ? t(key) : visible(problem.detail || problem.message);
}
