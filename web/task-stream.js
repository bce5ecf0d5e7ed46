/**
 * TaskStream: follows one task over server-sent events until it is done.
 *
 * It depends on nothing else of these pages. The browser's EventSource reconnects by itself after a
 * clean end or a lost line; where it gives up for good (an HTTP error) this one asks how the task
 * stands and comes back with `?last_event_id=`, later each time. While the stream is up it never polls.
 */

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const BLINK_MS = 700;
const LINES_KEPT = 200;
const FINAL = ["completed", "failed", "cancelled"];

/**
 * What is known at one moment: the newest `task` and `preview`, the log `lines` so far, and the
 * `connection`: connecting | live | reconnecting | offline | closed | refused.
 */
export class TaskStream {
  /**
   * @param task a task as the API tells it; its `links.events` is followed
   * @param readTask async () => the task now; may throw an error with an HTTP `status`
   * @param show called with the whole view, at most once a frame however fast events come
   */
  constructor(task, { readTask, show, random = Math.random }) {
    this.readTask = readTask;
    this.show = show;
    this.random = random;
    this.view = { task, preview: null, lines: [], connection: "connecting" };
    this.failures = 0;
    this.heard = false;
    this.onOnline = () => this.#hurry();
    this.onOffline = () => this.#lose();
  }

  start() {
    addEventListener("online", this.onOnline);
    addEventListener("offline", this.onOffline);
    this.#connect();
    return this;
  }

  /** Ends the stream; nothing is shown any more. */
  stop() {
    this.stopped = true;
    this.#end("closed");
    this.#forgetFrame();
  }

  /** Takes an answer of the API, unless something newer is known. */
  accept(task) {
    if (task.seq >= this.view.task.seq) this.#change({ task: { ...this.view.task, ...task } });
  }

  #connect() {
    const { links, seq } = this.view.task;
    const source = new EventSource(this.heard ? `${links.events}?last_event_id=${seq}` : links.events);
    this.source = source;
    source.onopen = () => this.#gain();
    source.onerror = () => (source.readyState === EventSource.CLOSED ? this.#retry() : this.#lose());
    this.#hear("snapshot", (task) => this.accept(task));
    this.#hear("progress", (task) => this.accept(task));
    this.#hear("preview", (preview) => this.#change({ preview }));
    this.#hear("log", (line) => this.#change({ lines: [...this.view.lines, line].slice(-LINES_KEPT) }));
    this.#hear("done", (task) => {
      this.accept(task);
      this.#end("closed");
    });
  }

  #hear(name, take) {
    this.source.addEventListener(name, (event) => {
      this.heard = true;
      this.failures = 0;
      take(JSON.parse(event.data));
    });
  }

  #gain() {
    this.#steady();
    this.#change({ connection: "live" });
  }

  // streams end cleanly every ten minutes: what is back at once is not worth a word
  #lose() {
    this.blink ??= setTimeout(() => this.#change({ connection: outage() }), BLINK_MS);
  }

  #steady() {
    clearTimeout(this.blink);
    this.blink = null;
  }

  #retry() {
    this.source.close();
    this.#lose();
    const longest = Math.min(FIRST_DELAY_MS * 2 ** this.failures, LONGEST_DELAY_MS);
    this.failures += 1;
    this.timer = setTimeout(() => this.#ask(), longest * (0.5 + this.random() / 2));
  }

  async #ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const task = await this.readTask();
      if (this.stopped) return;
      this.accept(task);
      if (FINAL.includes(task.status)) this.#end("closed");
      else this.#connect();
    } catch (error) {
      if (this.stopped) return;
      if ([401, 403, 404].includes(error.status)) this.#end("refused");
      else this.#retry();
    } finally {
      this.asking = false;
    }
  }

  // a line that was open before the network changed may be dead without knowing
  #hurry() {
    clearTimeout(this.timer);
    this.source.close();
    this.#ask();
  }

  #end(connection) {
    this.source?.close();
    clearTimeout(this.timer);
    this.#steady();
    removeEventListener("online", this.onOnline);
    removeEventListener("offline", this.onOffline);
    this.#change({ connection });
  }

  #change(news) {
    this.view = { ...this.view, ...news };
    if (this.stopped || this.frame) return;
    // frames do not come in hidden tabs; the timer does
    this.frame = requestAnimationFrame(() => this.#draw());
    this.fallback = setTimeout(() => this.#draw(), 500);
  }

  #draw() {
    this.#forgetFrame();
    this.show(this.view);
  }

  #forgetFrame() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.fallback);
    this.frame = null;
  }
}

function outage() {
  return navigator.onLine ? "reconnecting" : "offline";
}
