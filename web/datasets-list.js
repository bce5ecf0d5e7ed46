/** DatasetsList: the datasets one may see, as the address asks for them, kept true while they are looked at. */

import { activeTasks, datasetsOf } from "./active-tasks.js";
import { get, post } from "./api.js";
import { remember, remembered } from "./router.js";
import { isActive } from "./task-state.js";
import { uploadOf } from "./upload.js";
import { computed, signal } from "./ui.js";

const PAGE = 60;
const MOST = 200;
const BUSY_MS = 2_000;
const QUIET_MS = 30_000;
const MOVED_MS = 3_000;
const TYPED_MS = 250;
const COVER = 4;
/** Tasks that bring items. */
const IMPORTS = ["folder_import", "archive_import"];
const RUNNING_FIRST = "-running";
/** By what can be asked; the page's address has the same names. */
const ASKED = ["q", "sort"];

export class DatasetsList {
  constructor() {
    this.asked = signal(Object.fromEntries(ASKED.map((name) => [name, remembered(name) ?? ""])));
    this.datasets = signal(null);
    this.problem = signal(null);
    this.more = signal(null);
    this.loading = signal(false);
    this.room = signal(null);
    this.places = computed(() => new Map(this.datasets.value?.map(({ id }, place) => [id, place])));
    this.looks = new Map();
    this.unknown = new Set();
    this.followed = new Map();
  }

  async load() {
    get("/room").then((room) => (this.room.value = room), () => {});
    await this.#read();
  }

  async loadMore() {
    if (!this.loading.value) await this.#read(this.more.value);
  }

  /** Asks for other names or another order; the address remembers it. */
  choose(name, value) {
    if (value === this.asked.value[name]) return;
    this.asked.value = { ...this.asked.value, [name]: value };
    remember(name, value);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#read(), name === "q" ? TYPED_MS : 0);
  }

  /** Makes a dataset and returns it; throws the server's Problem. */
  create(name) {
    return post("/datasets", { name, kind: "image" });
  }

  /** Starts an analysis of a dataset; the task, which may have been done before; throws the server's Problem. */
  async start(id, type) {
    const task = await post("/tasks", { type, dataset_id: id });
    await this.look(id);
    return task;
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
    if (dataset && this.#knows(id)) this.datasets.value = this.datasets.value.with(this.places.value.get(id), dataset);
  }

  /** Keeps the cards true: by what is told of tasks, and by asking while nobody tells. */
  keepFresh() {
    this.ending = new AbortController();
    this.deaf = activeTasks.hear((task) => this.#hear(task));
    const seen = () => !document.hidden && this.datasets.value && this.#refresh();
    document.addEventListener("visibilitychange", seen, { signal: this.ending.signal });
    const tick = async () => {
      if (!activeTasks.told) await seen();
      if (!this.stopped) this.timer = setTimeout(tick, this.#busy() ? BUSY_MS : QUIET_MS);
    };
    this.timer = setTimeout(tick, BUSY_MS);
  }

  stop() {
    this.stopped = true;
    this.deaf();
    this.ending.abort();
    for (const timer of [this.timer, this.typing, this.refreshing, ...this.looks.values()]) clearTimeout(timer);
    for (const forget of this.followed.values()) forget();
  }

  #hear(task) {
    const known = datasetsOf(task).filter((id) => this.#knows(id));
    known.forEach((id) => this.#lookSoon(id, task));
    // what has begun since: at most once a dataset, which may be on a later page
    const begun = known.length === 0 && this.datasets.value && !this.unknown.has(task.dataset_id);
    if (begun) this.unknown.add(task.dataset_id);
    if (begun || (this.asked.value.sort === RUNNING_FIRST && !isActive(task))) this.#refreshSoon();
  }

  // a task moves several times a second: its dataset is read at its end, and now and then while it fills
  #lookSoon(id, task) {
    if (!isActive(task)) this.look(id);
    else if (this.#fills(id, task) && !this.looks.has(id)) this.looks.set(id, setTimeout(() => this.look(id), MOVED_MS));
  }

  #fills(id, { type }) {
    const { cover, items } = this.datasets.value[this.places.value.get(id)];
    return IMPORTS.includes(type) || cover.length < Math.min(COVER, items);
  }

  #knows(id) {
    return this.places.value.has(id);
  }

  async #read(cursor) {
    this.loading.value = true;
    this.problem.value = null;
    // the answer to an older question must not replace that to a newer one
    const question = (this.question = {});
    try {
      const page = await get("/datasets", { ...this.#filters(), limit: PAGE, cursor });
      if (question !== this.question) return;
      this.datasets.value = cursor ? [...this.datasets.value, ...page.items.filter(({ id }) => !this.#knows(id))] : page.items;
      this.more.value = page.next_cursor;
    } catch (problem) {
      if (question === this.question) this.problem.value = problem;
    } finally {
      if (question === this.question) this.loading.value = false;
    }
  }

  #refreshSoon() {
    this.refreshing ??= setTimeout(() => this.#refresh(), MOVED_MS / 3);
  }

  // what is shown stays shown when one look fails; the next one may succeed
  async #refresh() {
    clearTimeout(this.refreshing);
    this.refreshing = null;
    const { question } = this;
    const limit = Math.min(Math.max(this.datasets.value.length, PAGE), MOST);
    try {
      const fresh = (await get("/datasets", { ...this.#filters(), limit })).items;
      if (question !== this.question || this.stopped) return;
      const known = new Map(this.datasets.value.map((dataset) => [dataset.id, dataset]));
      const rest = this.datasets.value.slice(limit).filter(({ id }) => !fresh.some((each) => each.id === id));
      this.datasets.value = [...fresh.map((each) => withStanding(each, known.get(each.id))), ...rest];
      this.problem.value = null;
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  #filters() {
    return Object.fromEntries(Object.entries(this.asked.value).filter(([, value]) => value));
  }

  #busy() {
    return this.datasets.value?.some((dataset) => dataset.running.length > 0);
  }
}

/** The list does not say how analyses stand: what one knew of this very version still holds. */
function withStanding(fresh, known) {
  return known?.version === fresh.version ? { ...fresh, analyses: known.analyses } : fresh;
}
