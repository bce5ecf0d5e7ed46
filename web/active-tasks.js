/**
 * ActiveTasks: everything active that one may see, heard over one stream that all tabs share.
 *
 * A browser opens six connections to an HTTP/1.1 origin and no more: the tab that holds a lock
 * listens to the server and tells the others; when it closes, another one takes over. Where pages
 * have no locks (plain http on another machine), nobody tells, and whoever shows tasks asks.
 *
 * Hundreds of tasks move many times a second: what is shown follows a few times a second, each
 * dataset by itself, so that only the cards are drawn anew that have something else to show, and of
 * very many some in each frame.
 */

import { LastingStream } from "./lasting-stream.js";
import { isActive } from "./task-state.js";
import { batch, signal } from "./ui.js";

const NAME = "meanwhile.events";
const PATIENCE_MS = 3_000;
const SHOW_MS = 100;
const FRAME_MS = 16;
const SHOWN_AT_ONCE = 32;

class ActiveTasks {
  constructor() {
    /** Active tasks by their ids; null while nobody tells of them. */
    this.tasks = null;
    this.listeners = new Set();
    this.shown = new Map();
    this.moved = new Set();
  }

  /** Whether somebody tells. */
  get told() {
    return this.tasks !== null;
  }

  /** A signal: the tasks that are active on a dataset; null while nobody tells of them. */
  on(datasetId) {
    if (!this.shown.has(datasetId)) this.shown.set(datasetId, signal(this.#on(datasetId)));
    return this.shown.get(datasetId);
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
    this.#forget();
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
    if (!this.leading || !this.told) return;
    this.channel.postMessage({ name: "snapshot", data: { items: [...this.tasks.values()] } });
  }

  // a tab that leads may have been put to sleep: what nobody confirms is not known
  #ask() {
    if (this.leading) return;
    this.channel.postMessage({ name: "ask" });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.#forget(), PATIENCE_MS);
  }

  #take({ name, data }) {
    clearTimeout(this.patience);
    if (name === "lost") this.#forget();
    if (name === "snapshot") this.#begin(data.items);
    if (name === "progress" || name === "done") this.#move(data);
  }

  /** What has ended while nobody told of it is not in the new list. */
  #begin(items) {
    const known = this.tasks ?? new Map();
    this.tasks = new Map(items.map((task) => [task.id, task]));
    const gone = [...known.values()].filter(({ id }) => !this.tasks.has(id));
    this.#showAll();
    for (const task of [...items, ...gone]) this.#tell(task);
  }

  #move(task) {
    if (!this.told) return;
    if (isActive(task)) this.tasks.set(task.id, task);
    else this.tasks.delete(task.id);
    for (const id of datasetsOf(task)) this.moved.add(id);
    this.showing ??= setTimeout(() => this.#showMoved(), SHOW_MS);
    this.#tell(task);
  }

  #forget() {
    this.tasks = null;
    this.#showAll();
  }

  #showAll() {
    clearTimeout(this.showing);
    this.showing = null;
    this.moved.clear();
    this.#show([...this.shown.keys()]);
  }

  #showMoved() {
    const some = [...this.moved].slice(0, SHOWN_AT_ONCE);
    for (const id of some) this.moved.delete(id);
    this.showing = this.moved.size ? setTimeout(() => this.#showMoved(), FRAME_MS) : null;
    this.#show(some);
  }

  #show(datasetIds) {
    batch(() => {
      for (const id of datasetIds) if (this.shown.has(id)) this.shown.get(id).value = this.#on(id);
    });
  }

  #on(datasetId) {
    return this.tasks && [...this.tasks.values()].filter((task) => concerns(task, datasetId));
  }

  #tell(task) {
    for (const listen of this.listeners) listen(task);
  }
}

export const activeTasks = new ActiveTasks();

/** Tasks that run on a dataset: as they are told, or as the dataset knew when it was fetched. */
export function runningOn({ id, running }) {
  return activeTasks.on(id).value ?? running;
}

export function concerns(task, datasetId) {
  return task.dataset_id === datasetId || task.target_id === datasetId;
}

/** The ids of the datasets that a task is of. */
export function datasetsOf({ dataset_id: id, target_id: other }) {
  return [id, other].filter(Boolean);
}
