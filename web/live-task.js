/** LiveTask: a task that is watched; its newest state as signals that components read. */

import { call, get } from "./api.js";
import { isActive } from "./task-state.js";
import { TaskStream } from "./task-stream.js";
import { batch, signal } from "./ui.js";

export class LiveTask {
  /** Starts to watch at once if the task still goes on; `onEnd(task)` is called when it ends. */
  constructor(task, { onEnd = () => {} } = {}) {
    this.task = signal(task);
    this.preview = signal(null);
    this.connection = signal(isActive(task) ? "connecting" : "closed");
    this.cancelAsked = signal(false);
    this.cancelProblem = signal(null);
    this.onEnd = onEnd;
    if (isActive(task)) this.stream = this.#watch(task);
  }

  stop() {
    this.stream?.stop();
  }

  /** Acknowledged at once, done when the task says so. */
  async cancel() {
    this.cancelAsked.value = true;
    this.cancelProblem.value = null;
    try {
      this.stream.accept(await call("POST", this.task.value.links.cancel));
    } catch (problem) {
      this.cancelAsked.value = false;
      this.cancelProblem.value = problem;
    }
  }

  #watch(task) {
    return new TaskStream(task, {
      readTask: () => get(task.links.self),
      show: (view) => this.#show(view),
    }).start();
  }

  #show(view) {
    const ended = isActive(this.task.value) && !isActive(view.task);
    batch(() => {
      this.task.value = view.task;
      this.preview.value = view.preview;
      this.connection.value = view.connection;
    });
    if (ended) this.onEnd(view.task);
  }
}
