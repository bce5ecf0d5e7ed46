/** DatasetRoom: one dataset with the tasks that run on it and its newest result. */

import { call, get, post } from "./api.js";
import { LiveTask } from "./live-task.js";
import { isActive } from "./task-state.js";
import { computed, signal } from "./ui.js";

const ANALYSIS = "image_analysis";

export class DatasetRoom {
  constructor(id) {
    this.id = id;
    this.dataset = signal(null);
    this.problem = signal(null);
    this.watched = signal([]);
    this.result = signal(null);
    this.resultProblem = signal(null);
    this.note = signal(null);
    this.submitting = signal(false);
    this.submitProblem = signal(null);
    this.analysing = computed(() =>
      this.watched.value.find(({ task }) => task.value.type === ANALYSIS && isActive(task.value)),
    );
  }

  async load() {
    this.problem.value = null;
    try {
      await this.#refresh();
      this.dataset.value.running.forEach((task) => this.#watch(task));
      await this.loadResult();
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

  /** Sends some files as one batch; what the server says became of them. */
  async upload(files) {
    const form = new FormData();
    for (const file of files) form.append("files", file, file.webkitRelativePath || file.name);
    const outcome = await call("POST", `/datasets/${this.id}/files`, { form });
    await this.#refresh();
    return outcome;
  }

  /** The newest completed analysis. */
  async loadResult() {
    this.resultProblem.value = null;
    try {
      const query = { dataset_id: this.id, type: ANALYSIS, status: "completed", limit: 1 };
      const [task] = (await get("/tasks", query)).items;
      if (task) this.result.value = { task, result: await get(task.links.result) };
    } catch (problem) {
      this.resultProblem.value = problem;
    }
  }

  async #submit(path, body) {
    this.submitting.value = true;
    this.submitProblem.value = null;
    this.note.value = null;
    try {
      const task = await post(path, body);
      if (task.cached) this.note.value = "analyse.cached";
      else this.#watch(task);
    } catch (problem) {
      this.submitProblem.value = problem;
    } finally {
      this.submitting.value = false;
    }
  }

  #watch(task) {
    const others = this.watched.value.filter((live) => live.task.value.id !== task.id);
    others.filter(({ task }) => !isActive(task.value)).forEach((live) => live.stop());
    const live = new LiveTask(task, { onEnd: (ended) => this.#ended(ended) });
    this.watched.value = [...others.filter(({ task }) => isActive(task.value)), live];
  }

  async #ended(task) {
    if (this.stopped) return;
    await this.#refresh().catch(() => {});
    if (task.type === ANALYSIS && task.status === "completed") await this.loadResult();
  }

  async #refresh() {
    this.dataset.value = await get(`/datasets/${this.id}`);
  }
}
