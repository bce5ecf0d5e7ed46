/** DriftRoom: a dataset, what it can be compared with, and its newest comparison. */

import { get, post } from "./api.js";
import { LiveTask } from "./live-task.js";
import { signal } from "./ui.js";

export class DriftRoom {
  constructor(id) {
    this.id = id;
    this.dataset = signal(null);
    this.targets = signal([]);
    this.problem = signal(null);
    this.live = signal(null);
    this.found = signal(undefined);
    this.submitting = signal(false);
    this.submitProblem = signal(null);
  }

  async load() {
    this.problem.value = null;
    try {
      const [dataset, { items }] = await Promise.all([get(`/datasets/${this.id}`), get("/datasets", { limit: 200 })]);
      this.dataset.value = dataset;
      this.targets.value = items.filter(({ id }) => id !== this.id);
      const running = dataset.running.find(({ type, dataset_id }) => type === "drift" && dataset_id === this.id);
      if (running) this.#watch(running);
      await this.#show(await this.#newest());
    } catch (problem) {
      this.problem.value = problem;
    }
  }

  stop() {
    this.live.value?.stop();
  }

  async compare(targetId) {
    this.submitting.value = true;
    this.submitProblem.value = null;
    try {
      const task = await post("/tasks", { type: "drift", dataset_id: this.id, target_id: targetId });
      if (task.cached) await this.#show(task);
      else this.#watch(task);
    } catch (problem) {
      this.submitProblem.value = problem;
    } finally {
      this.submitting.value = false;
    }
  }

  nameOf(targetId) {
    return this.targets.value.find(({ id }) => id === targetId)?.name ?? this.dataset.value.name;
  }

  #watch(task) {
    this.live.value?.stop();
    this.live.value = new LiveTask(task, { onEnd: (ended) => ended.status === "completed" && this.#show(ended) });
  }

  async #newest() {
    return (await get("/tasks", { dataset_id: this.id, type: "drift", status: "completed", limit: 1 })).items[0];
  }

  async #show(task) {
    this.found.value = task ? { task, result: await get(`/tasks/${task.id}/result`) } : null;
  }
}
