/**
 * LastingStream: follows server-sent events across lost lines.
 *
 * It comes back by itself with `Last-Event-ID`, later each time that nothing was heard, and at once
 * when the browser is online again or its tab is looked at. It ends at its last event, at 204, or
 * where the server says that this reader may not look.
 */

import { openStream } from "./api.js";
import { eventsOf } from "./event-stream.js";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const BLINK_MS = 700;
const NOT_MINE = [401, 403, 404];

export class LastingStream {
  /**
   * @param hear called with the name and the data of each event
   * @param connect called with `live`, `reconnecting`, `offline`, `closed` or `refused`
   * @param last the name of the event after which nothing comes, if there is one
   * @param open opens a connection as `openStream` does
   */
  constructor(path, { hear, connect, last, open = openStream, random = Math.random }) {
    Object.assign(this, { path, hear, connect, last, open, random });
    this.failures = 0;
    this.ending = new AbortController();
  }

  start() {
    const wake = { signal: this.ending.signal };
    addEventListener("online", () => this.hurry?.(), wake);
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry?.(), wake);
    this.#follow().finally(() => this.stop());
    return this;
  }

  /** Nothing is heard any more. */
  stop() {
    this.stopped = true;
    this.ending.abort();
    this.#calm();
  }

  async #follow() {
    while (!this.stopped) {
      const refusal = await this.#listen().catch((error) => error);
      if (this.stopped) return;
      if (refusal === "done") return this.connect("closed");
      if (NOT_MINE.includes(refusal?.status)) return this.connect("refused");
      this.#worry();
      await this.#wait(this.#delay(refusal?.retryAfterSeconds));
    }
  }

  /** Hears one connection to its end; "done" where there is nothing more to come. */
  async #listen() {
    const body = await this.open(this.path, { lastId: this.lastId, signal: this.ending.signal });
    if (body === null) return "done";
    for await (const { name, data, id } of eventsOf(body)) {
      if (this.stopped) return "done";
      this.#gain(id);
      this.hear(name, JSON.parse(data));
      if (name === this.last) return "done";
    }
  }

  #gain(id) {
    this.lastId = id ?? this.lastId;
    this.failures = 0;
    this.#calm();
    this.connect("live");
  }

  // streams end cleanly every ten minutes: what is back at once is not worth a word
  #worry() {
    this.blink ??= setTimeout(() => this.connect(navigator.onLine ? "reconnecting" : "offline"), BLINK_MS);
  }

  #calm() {
    clearTimeout(this.blink);
    this.blink = null;
  }

  #delay(toldSeconds = 0) {
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.failures, LONGEST_DELAY_MS);
    this.failures += 1;
    return Math.max(longest * (0.5 + this.random() / 2), toldSeconds * 1000);
  }

  async #wait(milliseconds) {
    await new Promise((resolve) => {
      this.hurry = resolve;
      setTimeout(resolve, milliseconds);
    });
    this.hurry = null;
  }
}
