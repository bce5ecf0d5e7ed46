/** Upload: files on their way into one dataset, batch after batch, each with its progress and its end. */

import { sendForm } from "./api.js";
import { computed, signal } from "./ui.js";

const BATCH_FILES = 100;
const BATCH_BYTES = 32 * 2 ** 20;
const ENDED = ["added", "known", "refused"];

export class Upload {
  /** `onChange()` is called whenever files have arrived. */
  constructor(datasetId, { onChange }) {
    this.path = `/datasets/${datasetId}/files`;
    this.onChange = onChange;
    this.rows = signal([]);
    this.running = signal(false);
    this.totals = computed(() => totalsOf(this.rows.value));
  }

  /** Takes `{file, path}`s; those of one request make one version of the dataset. */
  async add(files) {
    const known = this.running.value ? this.rows.value : [];
    const fresh = files.map(({ file, path }, n) => ({
      ...{ key: known.length + n, file, path },
      ...{ size: file.size, sent: 0, state: "waiting" },
    }));
    this.rows.value = [...known, ...fresh];
    if (!this.running.value) await this.#run();
  }

  /** What has arrived stays; the rest is refused as stopped. */
  stop() {
    this.stopping?.abort();
  }

  clear() {
    this.rows.value = [];
  }

  async #run() {
    this.running.value = true;
    this.stopping = new AbortController();
    addEventListener("beforeunload", askToStay);
    for (let batch = this.#next(); batch.length; batch = this.#next()) await this.#send(batch);
    removeEventListener("beforeunload", askToStay);
    this.running.value = false;
  }

  /** Where the next batch lies among the rows: as many as fit, at least one. */
  #next() {
    const waiting = [...this.rows.value.keys()].filter((at) => this.rows.value[at].state === "waiting");
    let bytes = 0;
    const fits = (at, n) => n === 0 || (n < BATCH_FILES && bytes + this.rows.value[at].size <= BATCH_BYTES);
    const end = waiting.findIndex((at, n) => {
      if (!fits(at, n)) return true;
      bytes += this.rows.value[at].size;
      return false;
    });
    return end < 0 ? waiting : waiting.slice(0, end);
  }

  async #send(batch) {
    this.#change(batch, () => ({ state: "sending" }));
    try {
      const told = await sendForm(this.path, this.#form(batch), {
        progress: (sent, total) => this.#progress(batch, sent / total),
        signal: this.stopping.signal,
      });
      this.#settle(batch, told);
      await this.onChange();
    } catch (problem) {
      const lost = this.stopping.signal.aborted ? this.#waitingToo(batch) : batch;
      this.#change(lost, () => ({ state: "refused", problem }));
    }
  }

  #form(batch) {
    const form = new FormData();
    for (const at of batch) form.append("files", this.rows.value[at].file, this.rows.value[at].path);
    return form;
  }

  // a form is sent in the order of its files, so its bytes tell which of them have left
  #progress(batch, share) {
    let left = share * batch.reduce((sum, at) => sum + this.rows.value[at].size, 0);
    this.#change(batch, ({ size }) => {
      const sent = Math.min(size, Math.max(left, 0));
      left -= size;
      return { sent };
    });
  }

  /** The server names what it added by its tidied path, but in the order in which it was sent. */
  #settle(batch, { added, skipped }) {
    const refused = [...skipped];
    const taken = [...added];
    this.#change(batch, ({ path, size }) => {
      // browsers write quotes in names otherwise than they read them: what is left over tells as well
      const lost = refused[0]?.path === path || taken.length === 0;
      if (lost) return { state: "refused", reason: refused.shift()?.reason };
      return { state: taken.shift().item_id === null ? "known" : "added", sent: size };
    });
  }

  #waitingToo(batch) {
    const waiting = [...this.rows.value.keys()].filter((at) => this.rows.value[at].state === "waiting");
    return [...batch, ...waiting];
  }

  #change(batch, news) {
    const rows = [...this.rows.value];
    for (const at of batch) rows[at] = { ...rows[at], ...news(rows[at]) };
    this.rows.value = rows;
  }
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
    refused: count("refused"),
    bytes: rows.reduce((sum, row) => sum + row.size, 0),
    sent: rows.reduce((sum, row) => sum + row.sent, 0),
  };
}
