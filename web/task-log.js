/** TaskLog: the lines of a task's log, each once, as they are streamed or fetched. */

import { home } from "./task-door.js";
import { signal } from "./ui.js";

const KEPT = 500;
const PAGE = 200;

export class TaskLog {
  constructor(task, door = home) {
    this.task = task;
    this.door = door;
    this.lines = signal([]);
    this.failed = signal(false);
  }

  /** Takes a line; a stream that came back tells old ones again. */
  add(line) {
    if (line.seq > this.#last) this.lines.value = [...this.lines.value, line].slice(-KEPT);
  }

  /** Fetches what is there behind the lines that are known. */
  async load() {
    this.failed.value = false;
    try {
      const query = { after: this.#last, limit: PAGE };
      (await this.door.call("GET", this.task.links.log, { query })).items.forEach((line) => this.add(line));
    } catch {
      this.failed.value = true;
    }
  }

  get #last() {
    return this.lines.value.at(-1)?.seq ?? 0;
  }
}
