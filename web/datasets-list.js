/** DatasetsList: the datasets one may see, as pages of them arrive, kept true while they are looked at. */

import { activeTasks, concerns } from "./active-tasks.js";
import { get, post } from "./api.js";
import { isActive } from "./task-state.js";
import { uploadOf } from "./upload.js";
import { signal } from "./ui.js";

const PAGE = 60;
const BUSY_MS = 2_000;
const QUIET_MS = 30_000;
const MOVED_MS = 3_000;

export class DatasetsList {
  constructor() {
    this.datasets = signal(null);
    this.problem = signal(null);
    this.more = signal(null);
    this.room = signal(null);
    this.looks = new Map();
    this.unknown = new Set();
    this.followed = new Map();
  }

  async load() {
    this.problem.value = null;
    get("/room").then((room) => (this.room.value = room), () => {});
    await this.#read();
  }

  async loadMore() {
    await this.#read(this.more.value);
  }

  /** Makes a dataset and returns it; throws the server's Problem. */
  create(name) {
    return post("/datasets", { name, kind: "image" });
  }

  /** The files that this tab sends to a dataset; what arrives changes its card. */
  uploadOf({ id }) {
    const upload = uploadOf(id);
    if (!this.followed.has(id)) {
      this.followed.set(id, upload.arrived.subscribe((times) => times > 0 && this.look(id)));
    }
    return upload;
  }

  /** Reads one dataset anew, with how its analyses stand. */
  async look(id) {
    clearTimeout(this.looks.get(id));
    this.looks.delete(id);
    const dataset = await get(`/datasets/${id}`).catch(() => null);
    if (dataset) this.datasets.value = this.datasets.value.map((each) => (each.id === id ? dataset : each));
  }

  /** Keeps the cards true: by what is told of tasks, and by asking while nobody tells. */
  keepFresh() {
    this.ending = new AbortController();
    this.deaf = activeTasks.hear((task) => this.#hear(task));
    const seen = () => !document.hidden && this.datasets.value && this.#refresh();
    document.addEventListener("visibilitychange", seen, { signal: this.ending.signal });
    const tick = async () => {
      if (!activeTasks.tasks.value) await seen();
      if (!this.stopped) this.timer = setTimeout(tick, this.#busy() ? BUSY_MS : QUIET_MS);
    };
    this.timer = setTimeout(tick, BUSY_MS);
  }

  stop() {
    this.stopped = true;
    this.deaf();
    this.ending.abort();
    for (const timer of [this.timer, ...this.looks.values()]) clearTimeout(timer);
    for (const forget of this.followed.values()) forget();
  }

  #hear(task) {
    const known = this.datasets.value?.filter(({ id }) => concerns(task, id)) ?? [];
    known.forEach(({ id }) => this.#lookSoon(id, isActive(task)));
    if (known.length > 0 || !this.datasets.value || this.unknown.has(task.dataset_id)) return;
    this.unknown.add(task.dataset_id);
    this.#refresh();
  }

  // a task moves several times a second; its dataset is read now and then, and at its end
  #lookSoon(id, active) {
    if (!active) this.look(id);
    else if (!this.looks.has(id)) this.looks.set(id, setTimeout(() => this.look(id), MOVED_MS));
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
      const known = new Map(this.datasets.value.map((dataset) => [dataset.id, dataset]));
      const rest = this.datasets.value.slice(PAGE).filter(({ id }) => !fresh.some((each) => each.id === id));
      this.datasets.value = [...fresh.map((each) => withStanding(each, known.get(each.id))), ...rest];
      this.problem.value = null;
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  #busy() {
    return this.datasets.value?.some((dataset) => dataset.running.length > 0);
  }
}

/** The list does not say how analyses stand: what one knew of this very version still holds. */
function withStanding(fresh, known) {
  return known?.version === fresh.version ? { ...fresh, analyses: known.analyses } : fresh;
}
