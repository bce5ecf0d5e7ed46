/** Upload: files on their way into one dataset, some at once, each with its progress and its end. */

import { fileAddress, get, Problem, sendFile } from "./api.js";
import { isActive } from "./task-state.js";
import { computed, signal } from "./ui.js";

const AT_ONCE = 4;
const TELL_MS = 100;
const ARRIVED_MS = 1_500;
const ASK_MS = 1_000;
const NOT_MINE = [401, 403, 404];
const ENDED = ["added", "known", "handed", "refused"];
const ARCHIVE = /\.(zip|tar|tgz|tar\.gz|tar\.bz2|tar\.xz)$/i;
const LIST = /\.(csv|tsv|jsonl)$/i;
/** What stands in the way of every other file, too. */
const OF_ALL = ["unreachable", "unauthorized", "forbidden", "dataset_not_found", "quota_exceeded", "storage_full"];
/** What no second try can mend. */
const FOR_GOOD = ["invalid_path", "file_too_large"];

const uploads = new Map();

/** The files that this tab sends to a dataset, whichever page shows them. */
export function uploadOf(datasetId) {
  if (!uploads.has(datasetId)) uploads.set(datasetId, new Upload(datasetId));
  return uploads.get(datasetId);
}

class Upload {
  constructor(datasetId) {
    this.datasetId = datasetId;
    this.rows = signal([]);
    this.running = signal(false);
    this.paused = signal(false);
    this.held = [];
    /** Rises while files arrive, and once all have. */
    this.arrived = signal(0);
    /** Tasks that unpack or read what has been sent. */
    this.handed = signal([]);
    this.unpacking = [];
    this.totals = computed(() => totalsOf(this.rows.value));
  }

  /** Takes `{file, path}`s: pictures, archives, and, once those are unpacked, the lists of labels. */
  async add(files) {
    const known = this.running.value ? this.rows.value : [];
    this.rows.value = [...known, ...files.map((each, n) => rowOf(each, known.length + n))];
    await this.#run();
  }

  /** Sends again what was refused for a reason that may have passed. */
  async retry() {
    for (const row of this.rows.value.filter(mayRetry)) Object.assign(row, { state: "waiting", problem: null });
    await this.#run();
  }

  /** What is on its way arrives; nothing else leaves until it is resumed. */
  pause() {
    this.paused.value = true;
  }

  resume() {
    this.paused.value = false;
    for (const go of this.held.splice(0)) go();
  }

  /** What has arrived stays; the rest is refused as stopped. */
  stop() {
    this.#giveUp(null);
  }

  clear() {
    this.rows.value = [];
  }

  async #run() {
    if (this.running.value) return;
    this.running.value = true;
    this.stopping = new AbortController();
    addEventListener("beforeunload", askToStay);
    const arriving = setInterval(() => (this.arrived.value += 1), ARRIVED_MS);
    while (this.#next()) {
      await this.#together(isNoList);
      await this.#unpacked();
      if (!this.#next(isNoList)) await this.#together(isList);
    }
    clearInterval(arriving);
    removeEventListener("beforeunload", askToStay);
    this.running.value = false;
    this.paused.value = false;
    this.#show();
    this.arrived.value += 1;
  }

  async #together(wanted) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(wanted)));
  }

  async #work(wanted) {
    while (true) {
      if (this.paused.value) await new Promise((go) => this.held.push(go));
      const row = this.#next(wanted);
      if (!row) return;
      await this.#send(row);
    }
  }

  /** Until nothing is unpacked any more that a list may name, or there is something else to send. */
  async #unpacked() {
    while (this.unpacking.length > 0 && this.#next(isList) && !this.#next(isNoList)) {
      if (await isUnpacked(this.unpacking[0])) this.unpacking.shift();
      else await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
  }

  #next(wanted = () => true) {
    return this.rows.value.find((row) => row.state === "waiting" && wanted(row));
  }

  async #send(row) {
    this.#change(row, { state: "sending", sent: 0 });
    try {
      this.#settle(row, await this.#carry(row));
    } catch (problem) {
      const stopped = problem.name === "AbortError";
      this.#change(row, { state: "refused", problem: stopped ? this.obstacle : problem });
      if (OF_ALL.includes(problem.code)) this.#giveUp(problem);
    }
  }

  async #carry(row) {
    const sending = {
      progress: (sent) => this.#change(row, { sent: Math.min(sent, row.size) }),
      signal: this.stopping.signal,
    };
    if (row.kind === "archive") return sendFile("POST", `/datasets/${this.datasetId}/archive`, row.file, sending);
    if (row.kind === "list") return sendFile("POST", `/datasets/${this.datasetId}/labels`, row.file, sending);
    // a browser takes such steps out of an address, and it would name something else
    if (row.path.split("/").some((part) => part === "." || part === "..")) throw new Problem({ code: "invalid_path" });
    return sendFile("PUT", fileAddress(this.datasetId, row.path), row.file, sending);
  }

  #settle(row, { status, told }) {
    if (row.kind !== "picture") this.handed.value = [...this.handed.value, told];
    if (row.kind === "archive") this.unpacking.push(told);
    const state = { 200: "known", 201: "added", 202: "handed" }[status];
    this.#change(row, { state, sent: row.size });
  }

  /** `problem` is what stands in the way; null where a person has stopped it. */
  #giveUp(problem) {
    this.obstacle = problem;
    for (const row of this.rows.value.filter(({ state }) => state === "waiting")) {
      Object.assign(row, { state: "refused", problem });
    }
    this.stopping.abort();
    this.resume();
    this.#show();
  }

  // thousands of rows move many times a second: they change in place and are shown now and then
  #change(row, news) {
    Object.assign(row, news);
    this.showing ??= setTimeout(() => this.#show(), TELL_MS);
  }

  #show() {
    clearTimeout(this.showing);
    this.showing = null;
    this.rows.value = [...this.rows.value];
  }
}

export function mayRetry({ state, problem }) {
  return state === "refused" && !FOR_GOOD.includes(problem?.code);
}

function isList({ kind }) {
  return kind === "list";
}

function isNoList(row) {
  return !isList(row);
}

// a task that may no longer be seen is waited for no longer, a server that does not answer is
async function isUnpacked(task) {
  try {
    return !isActive(await get(task.links.self));
  } catch ({ status }) {
    return NOT_MINE.includes(status);
  }
}

function rowOf({ file, path }, key) {
  return { key, file, path, kind: kindOf(path), size: file.size, sent: 0, state: "waiting", problem: null };
}

function kindOf(path) {
  if (ARCHIVE.test(path)) return "archive";
  return LIST.test(path) ? "list" : "picture";
}

// leaving the site would end what is being sent
function askToStay(event) {
  event.preventDefault();
}

function totalsOf(rows) {
  const count = (state) => rows.filter((row) => row.state === state).length;
  return {
    files: rows.length,
    ended: rows.filter((row) => ENDED.includes(row.state)).length,
    added: count("added"),
    known: count("known"),
    handed: count("handed"),
    refused: count("refused"),
    bytes: rows.reduce((sum, row) => sum + row.size, 0),
    sent: rows.reduce((sum, row) => sum + row.sent, 0),
    again: rows.some(mayRetry),
  };
}
