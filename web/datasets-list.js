/** DatasetsList: the datasets one may see, as pages of them arrive. */

import { get, post } from "./api.js";
import { Upload } from "./upload.js";
import { signal } from "./ui.js";

const PAGE = 60;
const BUSY_MS = 2_000;
const QUIET_MS = 30_000;

export class DatasetsList {
  constructor() {
    this.datasets = signal(null);
    this.problem = signal(null);
    this.more = signal(null);
    this.uploads = new Map();
  }

  async load() {
    this.problem.value = null;
    await this.#read();
  }

  async loadMore() {
    await this.#read(this.more.value);
  }

  /** Makes a dataset and returns it; throws the server's Problem. */
  create(name) {
    return post("/datasets", { name, kind: "image" });
  }

  /** The files that this page sends to a dataset; the same one every time. */
  uploadOf({ id }) {
    if (!this.uploads.has(id)) this.uploads.set(id, new Upload(id, { onChange: () => this.#refresh() }));
    return this.uploads.get(id);
  }

  /** Keeps the cards true while they are looked at: often while something runs, else now and then. */
  keepFresh() {
    const tick = async () => {
      if (!document.hidden && this.datasets.value) await this.#refresh();
      if (!this.stopped) this.timer = setTimeout(tick, this.#busy() ? BUSY_MS : QUIET_MS);
    };
    this.timer = setTimeout(tick, BUSY_MS);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async #read(cursor) {
    try {
      const page = await get("/datasets", { limit: PAGE, cursor });
      this.datasets.value = cursor ? [...this.datasets.value, ...page.items] : page.items;
      this.more.value = page.next_cursor;
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  // what is shown stays shown when one look fails; the next one may succeed
  async #refresh() {
    try {
      const fresh = (await get("/datasets", { limit: PAGE })).items;
      const known = new Set(fresh.map((dataset) => dataset.id));
      this.datasets.value = [...fresh, ...this.datasets.value.filter(({ id }) => !known.has(id))];
      this.problem.value = null;
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  #busy() {
    return this.datasets.value?.some((dataset) => dataset.running.length > 0);
  }
}
