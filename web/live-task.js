/** LiveTask: a task that is watched; its newest state as signals that components read. */

import { LastingStream } from "./lasting-stream.js";
import { home } from "./task-door.js";
import { TaskLog } from "./task-log.js";
import { isActive } from "./task-state.js";
import { signal } from "./ui.js";

const STATES = ["snapshot", "progress", "done"];

export class LiveTask {
  /** Watches at once if the task still goes on; `onEnd(task)` is called when it ends. */
  constructor(task, { onEnd = () => {}, door = home } = {}) {
    this.door = door;
    this.task = signal(task);
    this.preview = signal(null);
    this.result = signal(null);
    this.connection = signal("closed");
    this.cancelAsked = signal(false);
    this.cancelProblem = signal(null);
    this.retryAsked = signal(false);
    this.retryProblem = signal(null);
    this.log = new TaskLog(task, door);
    this.onEnd = onEnd;
    if (isActive(task)) this.resume();
  }

  /** Whether to offer what changes it. */
  get acts() {
    return this.door.acts(this.task.value);
  }

  /** Goes on watching: connecting | live | reconnecting | offline, until closed or refused. */
  resume() {
    this.connection.value = "connecting";
    this.stream = new LastingStream(this.task.value.links.events, {
      last: "done",
      open: this.door.openStream,
      hear: (name, data) => this.#hear(name, data),
      connect: (state) => (this.connection.value = state),
    }).start();
  }

  /** What is shown stays as it is until the reader resumes; the task goes on. */
  pause() {
    this.stream.stop();
    this.connection.value = "paused";
  }

  stop() {
    this.stream?.stop();
  }

  /** Acknowledged at once, done when the task says so. */
  async cancel() {
    this.cancelAsked.value = true;
    this.cancelProblem.value = null;
    try {
      this.#accept(await this.door.call("POST", this.task.value.links.cancel));
    } catch (problem) {
      await this.#notCancelled(problem);
    }
  }

  /** Goes on where it ended early; of a partial one, does what was set aside. */
  async retry() {
    this.retryAsked.value = true;
    this.retryProblem.value = null;
    const { links, partial } = this.task.value;
    try {
      this.reopen(await this.door.call("POST", links.retry, { body: partial ? { only: "failed_items" } : {} }));
    } catch (problem) {
      this.retryProblem.value = problem;
    } finally {
      this.retryAsked.value = false;
    }
  }

  /** Watches a task anew that has ended before, whoever has retried it. */
  reopen(news) {
    const known = this.task.peek();
    if (isActive(known) || news.seq <= known.seq) return;
    this.cancelAsked.value = false;
    this.retryProblem.value = null;
    this.result.value = null;
    this.#accept(news);
    if (isActive(news)) this.resume();
  }

  // it may have ended before the wish arrived: then that is what is to be seen
  async #notCancelled(problem) {
    this.cancelAsked.value = false;
    if (problem.status !== 409) this.cancelProblem.value = problem;
    else await this.door.call("GET", this.task.value.links.self).then((task) => this.#accept(task), () => {});
  }

  #hear(name, data) {
    if (STATES.includes(name)) this.#accept(data);
    if (name === "preview") this.preview.value = data.counts;
    if (name === "log") this.log.add(data);
  }

  #accept(news) {
    const known = this.task.value;
    if (news.seq < known.seq) return;
    this.task.value = { ...known, ...news };
    if (!isActive(known) || isActive(news)) return;
    if (this.connection.value === "paused") this.connection.value = "closed";
    this.onEnd(this.task.value);
  }
}
