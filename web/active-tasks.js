/**
 * ActiveTasks: everything active that one may see, heard over one stream that all tabs share.
 *
 * A browser opens six connections to an HTTP/1.1 origin and no more: the tab that holds a lock
 * listens to the server and tells the others; when it closes, another one takes over. Where pages
 * have no locks (plain http on another machine), `tasks` stays null and whoever shows tasks asks.
 */

import { LastingStream } from "./lasting-stream.js";
import { isActive } from "./task-state.js";
import { signal } from "./ui.js";

const NAME = "meanwhile.events";
const PATIENCE_MS = 3_000;

class ActiveTasks {
  constructor() {
    /** Active tasks by their ids; null while nobody tells of them. */
    this.tasks = signal(null);
    this.listeners = new Set();
  }

  /** Calls `listen(task)` whenever a task has moved or ended; the answer stops that. */
  hear(listen) {
    this.listeners.add(listen);
    return () => this.listeners.delete(listen);
  }

  /** Listens in the name of a user, so that tabs of another one hear nothing of it. */
  start(userName) {
    this.stop();
    if (!navigator.locks || !window.BroadcastChannel) return;
    this.ending = new AbortController();
    const { signal: ending } = this.ending;
    const name = `${NAME}.${userName}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => this.#overhear(data);
    document.addEventListener("visibilitychange", () => document.hidden || this.#ask(), { signal: ending });
    this.#ask();
    navigator.locks.request(name, { signal: ending }, () => this.#lead(ending)).catch(() => {});
  }

  stop() {
    this.ending?.abort();
    this.channel?.close();
    clearTimeout(this.patience);
    this.leading = false;
    this.tasks.value = null;
  }

  /** Holds the lock for as long as it listens to the server. */
  async #lead(ending) {
    this.leading = true;
    const stream = new LastingStream("/events", {
      hear: (name, data) => this.#spread({ name, data }),
      connect: (state) => state === "live" || this.#spread({ name: "lost" }),
    });
    stream.start();
    await new Promise((resolve) => ending.addEventListener("abort", resolve));
    stream.stop();
  }

  #spread(news) {
    this.#take(news);
    this.channel.postMessage(news);
  }

  #overhear(news) {
    if (news.name === "ask") this.#answer();
    else this.#take(news);
  }

  #answer() {
    if (!this.leading || !this.tasks.value) return;
    this.channel.postMessage({ name: "snapshot", data: { items: [...this.tasks.value.values()] } });
  }

  // a tab that leads may have been put to sleep: what nobody confirms is not known
  #ask() {
    if (this.leading) return;
    this.channel.postMessage({ name: "ask" });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => (this.tasks.value = null), PATIENCE_MS);
  }

  #take({ name, data }) {
    clearTimeout(this.patience);
    if (name === "lost") this.tasks.value = null;
    if (name === "snapshot") this.#begin(data.items);
    if (name === "progress" || name === "done") this.#move(data);
  }

  /** What has ended while nobody told of it is not in the new list. */
  #begin(items) {
    const gone = [...(this.tasks.value ?? [])].filter(([id]) => !items.some((task) => task.id === id));
    this.tasks.value = new Map(items.map((task) => [task.id, task]));
    for (const task of [...items, ...gone.map(([, task]) => task)]) this.#tell(task);
  }

  #move(task) {
    if (!this.tasks.value) return;
    const tasks = new Map(this.tasks.value);
    if (isActive(task)) tasks.set(task.id, task);
    else tasks.delete(task.id);
    this.tasks.value = tasks;
    this.#tell(task);
  }

  #tell(task) {
    for (const listen of this.listeners) listen(task);
  }
}

export const activeTasks = new ActiveTasks();

/** Tasks that run on a dataset: as they are told, or as the dataset knew when it was fetched. */
export function runningOn({ id, running }) {
  const told = activeTasks.tasks.value;
  return told ? [...told.values()].filter((task) => concerns(task, id)) : running;
}

export function concerns(task, datasetId) {
  return task.dataset_id === datasetId || task.target_id === datasetId;
}
