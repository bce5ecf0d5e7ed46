/** DatasetRoom: one dataset with the tasks that run on it and its newest result. */

import { get, post } from "./api.js";
import { LiveTask } from "./live-task.js";
import { isActive } from "./task-state.js";
import { Upload } from "./upload.js";
import { computed, signal } from "./ui.js";

const ANALYSIS = "image_analysis";

export class DatasetRoom {
  constructor(id) {
    this.id = id;
    this.dataset = signal(null);
    this.problem = signal(null);
    this.watched = signal([]);
    this.found = signal(undefined);
    this.resultProblem = signal(null);
    this.cached = signal(false);
    this.submitting = signal(false);
    this.submitProblem = signal(null);
    this.upload = new Upload(id, { onChange: () => this.#refresh().catch(() => {}) });
    this.analysing = computed(() =>
      this.watched.value.find(({ task }) => task.value.type === ANALYSIS && isActive(task.value)),
    );
  }

  async load() {
    this.problem.value = null;
    try {
      await this.#refresh();
      if (this.stopped) return;
      this.dataset.value.running.forEach((task) => this.#watch(task));
      await this.loadResult();
      await this.#tellOfFailure();
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  stop() {
    this.stopped = true;
    this.watched.value.forEach((live) => live.stop());
  }

  async analyse() {
    await this.#submit("/tasks", { type: ANALYSIS, dataset_id: this.id });
  }

  async importFolder(path) {
    await this.#submit(`/datasets/${this.id}/import`, { path });
  }

  /** The newest completed analysis: `found` is undefined until it is known, null where there is none. */
  async loadResult() {
    this.resultProblem.value = null;
    try {
      const task = await this.#newest({ status: "completed" });
      this.found.value = task ? { task, result: await get(task.links.result) } : null;
    } catch (problem) {
      this.resultProblem.value = problem;
    }
  }

  async #submit(path, body) {
    this.submitting.value = true;
    this.submitProblem.value = null;
    this.cached.value = false;
    try {
      const task = await post(path, body);
      if (task.cached) this.cached.value = true;
      else this.#watch(task);
    } catch (problem) {
      this.submitProblem.value = problem;
    } finally {
      this.submitting.value = false;
    }
  }

  // whoever comes back later must learn that the last analysis did not come to its end
  async #tellOfFailure() {
    const newest = await this.#newest();
    if (newest && !isActive(newest) && newest.status !== "completed") this.#watch(newest);
  }

  async #newest(query) {
    const asked = { dataset_id: this.id, type: ANALYSIS, limit: 1, ...query };
    return (await get("/tasks", asked)).items[0];
  }

  /** Shows a task; those that have ended make way, those that run stay. */
  #watch(task) {
    const others = this.watched.value.filter((live) => live.task.value.id !== task.id);
    const live = new LiveTask(task, { onEnd: (ended) => this.#ended(ended, live) });
    this.watched.value = [...others.filter(({ task }) => isActive(task.value)), live];
  }

  async #ended(task, live) {
    if (this.stopped) return;
    await this.#refresh().catch(() => {});
    if (task.status !== "completed") return;
    if (task.type === ANALYSIS) await this.loadResult();
    else live.result.value = await get(task.links.result).catch(() => null);
  }

  async #refresh() {
    this.dataset.value = await get(`/datasets/${this.id}`);
  }
}
