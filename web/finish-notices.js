/** FinishNotices: the browser says when a task of one's own has ended, for whoever has asked for that. */

import { activeTasks } from "./active-tasks.js";
import { get } from "./api.js";
import { keep, kept } from "./kept.js";
import { t } from "./language.js";
import { go } from "./router.js";
import { user } from "./session.js";
import { isActive, stateOf, typeTitle } from "./task-state.js";
import { visible } from "./text.js";
import { signal } from "./ui.js";

const KEPT = "notices";

class FinishNotices {
  constructor() {
    /** on | off | denied, or null where a browser has none. */
    this.state = signal(this.#standing());
    this.told = new Set();
  }

  /** Hears of every task for as long as the app runs; tells only while nobody looks. */
  start() {
    activeTasks.hear((task) => {
      if (isActive(task)) this.told.delete(task.id);
      else if (this.state.peek() === "on" && document.hidden && task.owner === user.peek()?.name) this.#tell(task);
    });
  }

  /** Asks the reader's leave, so it must be called by a click. */
  async turnOn() {
    await Notification.requestPermission();
    this.#keep("on");
  }

  turnOff() {
    this.#keep("off");
  }

  async #tell(task) {
    if (this.told.has(task.id)) return;
    this.told.add(task.id);
    const place = task.dataset_id && `/datasets/${task.dataset_id}`;
    const dataset = place && (await get(place).catch(() => null));
    const body = t("notices.body", { title: typeTitle(task.type), state: stateOf(task).word });
    // tabs tell of the same task in the same place
    const told = shown(visible(dataset?.name ?? t("site.name")), { body, tag: task.id, icon: "/static/favicon.svg" });
    if (told) told.onclick = () => (focus(), place && go(place), told.close());
  }

  #keep(choice) {
    keep(KEPT, choice);
    this.state.value = Notification.permission === "denied" ? "denied" : choice;
  }

  #standing() {
    if (!window.Notification) return null;
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && kept(KEPT) === "on" ? "on" : "off";
  }
}

export const finishNotices = new FinishNotices();

// phones have notices only for sites with a service worker
function shown(title, options) {
  try {
    return new Notification(title, options);
  } catch {
    return null;
  }
}
