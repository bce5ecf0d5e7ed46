/** ItemCards: paths and thumbnails of the items that are looked at, asked for together, kept while the page is open. */

import { get } from "../api.js";
import { signal } from "../ui.js";

const AT_ONCE = 200;
const WAIT_MS = 40;
const AGAIN_MS = 5_000;

export class ItemCards {
  constructor(datasetId) {
    this.path = `/datasets/${datasetId}/items`;
    this.known = new Map();
    this.wanted = new Set();
    /** Counts what has come, so that whoever shows cards looks again. */
    this.come = signal(0);
  }

  /** The card of an item; undefined while it is on its way, null where there is none to be had. */
  of(id) {
    if (!this.known.has(id)) this.#ask(id);
    return this.known.get(id);
  }

  /** The cards of these items, in their order; throws the server's Problem. */
  async all(ids) {
    const missing = ids.filter((id) => !this.known.get(id));
    for (let from = 0; from < missing.length; from += AT_ONCE) await this.#read(missing.slice(from, from + AT_ONCE));
    return ids.map((id) => this.known.get(id)).filter(Boolean);
  }

  /** These are asked for again when they are looked at. */
  forget(ids) {
    ids.forEach((id) => this.known.delete(id));
    this.come.value += 1;
  }

  #ask(id) {
    this.wanted.add(id);
    this.timer ??= setTimeout(() => this.#fetch(), WAIT_MS);
  }

  /** The newest wishes first: those before may have been scrolled away. */
  async #fetch() {
    const ids = [...this.wanted].slice(-AT_ONCE);
    this.wanted.clear();
    try {
      await this.#read(ids);
    } catch {
      this.#missed(ids);
    }
    this.timer = null;
    this.come.value += 1;
  }

  async #read(ids) {
    const { items } = await get(this.path, { ids: ids.join(",") });
    for (const id of ids) this.known.set(id, null); // what the dataset does not have is not asked for again
    for (const item of items) this.known.set(item.id, item);
  }

  /** Not asked again at once by everything that shows them. */
  #missed(ids) {
    ids.forEach((id) => this.known.set(id, null));
    setTimeout(() => {
      ids.forEach((id) => this.known.delete(id));
      this.come.value += 1;
    }, AGAIN_MS);
  }
}
