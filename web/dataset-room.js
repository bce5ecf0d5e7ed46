/** DatasetRoom: one dataset with the tasks that run on it and its newest result. */

import { activeTasks, concerns } from "./active-tasks.js";
import { call, fileAddress, get, post } from "./api.js";
import { ItemsList } from "./items-list.js";
import { LiveTask } from "./live-task.js";
import { ANALYSIS, CLUSTERING, EDA, NewestResult } from "./newest-result.js";
import { isActive } from "./task-state.js";
import { uploadOf } from "./upload.js";
import { computed, signal } from "./ui.js";

const DRIFT = "drift";
const MOVED_MS = 3_000;

export class DatasetRoom {
  constructor(id) {
    this.id = id;
    this.dataset = signal(null);
    this.problem = signal(null);
    this.watched = signal([]);
    /** The analysis that was asked for and has been made before. */
    this.cached = signal(null);
    this.submitting = signal(false);
    this.submitProblem = signal(null);
    this.storage = signal(null);
    /** Whether the newest of the watched tasks was started elsewhere. */
    this.heard = false;
    this.items = new ItemsList(id);
    this.analysis = new NewestResult(id, ANALYSIS);
    this.clusters = new NewestResult(id, CLUSTERING);
    this.eda = new NewestResult(id, EDA);
    this.upload = uploadOf(id);
    this.standing = computed(() => this.dataset.value?.analyses.find(({ type }) => type === ANALYSIS));
    this.analysing = computed(() =>
      this.watched.value.find(({ task }) => task.value.type === ANALYSIS && isActive(task.value)),
    );
  }

  async load() {
    this.problem.value = null;
    try {
      await this.#refresh();
      if (this.stopped) return;
      this.dataset.value.running.forEach((task) => this.#watchToo(task));
      this.#follow();
      await this.#tellOfFailure();
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.moved);
    this.following?.forEach((end) => end());
    this.watched.value.forEach((live) => live.stop());
  }

  /** Looks what the dataset is like now; where nobody answers it stays as it was. */
  async look() {
    await this.#refresh().catch(() => {});
  }

  /** Whether a task of a type runs on it, or is just being asked for. */
  runs(type) {
    return this.submitting.value || this.watched.value.some(({ task }) => task.value.type === type && isActive(task.value));
  }

  async analyse() {
    await this.#submit("/tasks", { type: ANALYSIS, dataset_id: this.id });
  }

  async group() {
    await this.#submit("/tasks", { type: CLUSTERING, dataset_id: this.id });
  }

  async explore() {
    await this.#submit("/tasks", { type: EDA, dataset_id: this.id });
  }

  async importFolder(path) {
    await this.#submit(`/datasets/${this.id}/import`, { path });
  }

  /** Another name or visibility; throws the server's Problem. */
  async change(news) {
    this.dataset.value = await call("PATCH", `/datasets/${this.id}`, { body: news });
  }

  /** Deletes the dataset; throws the server's Problem. */
  async remove() {
    await call("DELETE", `/datasets/${this.id}`);
  }

  /** Takes an item out; throws the server's Problem. */
  async removeItem({ path }) {
    await call("DELETE", fileAddress(this.id, path));
    await this.#refresh();
  }

  /** Hears of files that arrive and of tasks, whoever has started them, for as long as the page is open; once, however often it is loaded. */
  #follow() {
    this.following ??= [
      this.upload.arrived.subscribe((times) => times > 0 && this.#refresh().catch(() => {})),
      this.upload.handed.subscribe((tasks) => tasks.forEach((task) => this.#watchToo(task))),
      this.upload.running.subscribe((running) => running || this.#askForRoom()),
      activeTasks.hear((task) => concerns(task, this.id) && this.#hear(task)),
    ];
  }

  async #hear(task) {
    this.moved ??= setTimeout(() => this.#refresh().catch(() => {}), MOVED_MS);
    if (!isActive(task)) return;
    if (this.#watchAgain(task)) return;
    const whole = await get(`/tasks/${task.id}`).catch(() => null);
    if (!whole || this.stopped) return;
    this.heard = !this.submitting.peek() && !this.upload.running.peek();
    this.#watchToo(whole);
  }

  #askForRoom() {
    get("/room").then((room) => (this.storage.value = room), () => {});
  }

  #watching({ id }) {
    return this.watched.peek().find(({ task }) => task.peek().id === id);
  }

  /** What else has just ended stays: one drop may hand over several archives and lists. */
  #watchToo(task) {
    if (!this.#watchAgain(task)) this.#watch(task, this.watched.peek());
  }

  /** Whether it is shown already; what had ended goes on. */
  #watchAgain(task) {
    const known = this.#watching(task);
    if (known && isActive(task)) known.reopen(task);
    return Boolean(known);
  }

  async #submit(path, body) {
    this.submitting.value = true;
    this.submitProblem.value = null;
    this.cached.value = null;
    this.heard = false;
    try {
      const task = await post(path, body);
      if (task.cached) await this.#tellOfCached(task);
      else this.#watch(task);
    } catch (problem) {
      this.submitProblem.value = problem;
    } finally {
      this.submitting.value = false;
    }
  }

  // it may be of a version that this page has not heard of
  async #tellOfCached(task) {
    await this.look();
    this.cached.value = task;
  }

  // whoever comes back later must learn that the last analysis did not do all that it should
  async #tellOfFailure() {
    const newest = await this.#newest();
    if (newest && !isActive(newest) && (newest.status !== "completed" || newest.partial)) this.#watch(newest);
  }

  async #newest() {
    return (await get("/tasks", { dataset_id: this.id, type: ANALYSIS, limit: 1 })).items[0];
  }

  /** Shows a task beside others; when a person starts something, those that have ended make way. */
  #watch(task, beside = this.watched.peek().filter((live) => isActive(live.task.peek()))) {
    const others = beside.filter((live) => live.task.peek().id !== task.id);
    const live = new LiveTask(task, { onEnd: (ended) => this.#ended(ended, live) });
    this.watched.value = [...others, live];
  }

  async #ended(task, live) {
    if (this.stopped) return;
    await this.#refresh().catch(() => {});
    if (task.status !== "completed") return;
    if (task.type === DRIFT) return;
    if (task.type === CLUSTERING) await this.clusters.renew();
    else if (task.type === EDA) await this.eda.renew();
    else if (task.type === ANALYSIS) await Promise.all([this.analysis.renew(), this.items.renew()]);
    else live.result.value = await get(task.links.result).catch(() => null);
  }

  async #refresh() {
    clearTimeout(this.moved);
    this.moved = null;
    const dataset = await get(`/datasets/${this.id}`);
    const changed = dataset.version !== this.dataset.peek()?.version;
    this.dataset.value = dataset;
    if (!changed) return;
    this.cached.value = null;
    this.items.renew();
  }
}
