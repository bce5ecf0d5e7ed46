/**
 * TaskElement: `<meanwhile-task task="…">`, a task shown on any page, as our own pages show it.
 *
 * It is in a shadow root with our styles, so that neither page disturbs the other. What it tells:
 * the events `task` (each time it has moved) and `end`, both with the task as their `detail`.
 */

import { has, speakAs, t } from "./language.js";
import { LiveTask } from "./live-task.js";
import { recall } from "./session.js";
import { home, keyDoor, ticketDoor } from "./task-door.js";
import { isActive } from "./task-state.js";
import { effect, html, render } from "./ui.js";

const HERE = new URL(".", import.meta.url);
const SHEETS = ["tokens.css", ...["base", "controls", "signs", "task-progress"].map((name) => `styles/${name}.css`)];
const LINKS = ["events", "cancel", "retry", "log"];

/** `View` is the component that shows a watched task. */
export function defineTaskElement(View) {
  if (!customElements.get("meanwhile-task")) customElements.define("meanwhile-task", elementOf(View));
}

function elementOf(View) {
  return class TaskElement extends HTMLElement {
    static observedAttributes = ["task", "server"];
    #key = null;
    #getTicket = null;

    /** An API key of whoever looks; it also cancels and retries. */
    set key(key) {
      this.#key = key;
      this.#beginSoon();
    }

    /** An async function that returns the answer to `POST /tasks/{id}/stream-ticket`; who comes so only looks. */
    set getTicket(getTicket) {
      this.#getTicket = getTicket;
      this.#beginSoon();
    }

    /** The service: where this file came from, unless the attribute names another. */
    get server() {
      return this.getAttribute("server") ?? HERE.origin;
    }

    connectedCallback() {
      this.shadowRoot ?? this.attachShadow({ mode: "open" });
      this.#beginSoon();
    }

    disconnectedCallback() {
      this.#end();
    }

    attributeChangedCallback() {
      this.#beginSoon();
    }

    // attributes and properties are set one by one, and begin one watch
    #beginSoon() {
      this.beginning ??= Promise.resolve().then(() => this.#begin());
    }

    async #begin() {
      this.#end();
      const door = this.#door();
      const id = this.getAttribute("task");
      if (!this.isConnected || !door || !id) return;
      const turn = (this.turn = {});
      speakAs(this.closest("[lang]")?.lang);
      this.shadowRoot.adoptedStyleSheets = await sheets();
      if (door === home) await recall().catch(() => null);
      if (turn === this.turn) this.#watch(new LiveTask(notYetTold(id), { door }));
    }

    #watch(live) {
      this.live = live;
      this.quiet = effect(() => this.#tell(live.task.value));
      render(html`<${Watched} live=${live} View=${View} />`, this.shadowRoot);
    }

    #end() {
      this.beginning = this.turn = null;
      this.quiet?.();
      this.live?.stop();
      this.live = null;
      if (this.shadowRoot) render(null, this.shadowRoot);
    }

    #door() {
      if (this.#key) return keyDoor(this.server, this.#key);
      if (this.#getTicket) return ticketDoor(this.#getTicket);
      return this.server === location.origin ? home : null;
    }

    #tell(task) {
      if (!isTold(task)) return;
      this.dispatchEvent(new CustomEvent("task", { detail: task }));
      if (!isActive(task)) this.dispatchEvent(new CustomEvent("end", { detail: task }));
    }
  };
}

function Watched({ live, View }) {
  if (isTold(live.task.value)) return html`<${View} live=${live} />`;
  const key = `task.${live.connection.value}`;
  return html`<p class="patience" role="status">${t(has(key) ? key : `connection.${live.connection.value}`)}</p>`;
}

/** What is known of a task before its stream has told anything. */
function notYetTold(id) {
  const self = `/tasks/${id}`;
  const links = Object.fromEntries(LINKS.map((name) => [name, `${self}/${name}`]));
  return { id, type: "", status: "pending", progress: 0, seq: -1, metadata: { stages: [] }, links: { self, ...links } };
}

function isTold({ seq }) {
  return seq >= 0;
}

let made;

/** Constructed, so that a strict policy of the page around needs to allow no styles of ours. */
function sheets() {
  made ??= Promise.all(SHEETS.map(async (name) => {
    const answer = await fetch(new URL(name, HERE));
    return new CSSStyleSheet().replace(await answer.text());
  }));
  return made;
}
