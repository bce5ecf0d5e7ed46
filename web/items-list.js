/** ItemsList: the items of a dataset, filtered and sorted as the address says, page by page. */

import { get } from "./api.js";
import { remember, remembered } from "./router.js";
import { signal } from "./ui.js";

const PAGE = 60;
const MOST = 200;
/** By what can be asked, and under which name the page's address keeps it. */
const KEPT = { label: "label", split: "split", issue: "flagged", sort: "sort" };

export class ItemsList {
  constructor(datasetId) {
    this.path = `/datasets/${datasetId}`;
    this.asked = signal(recalled());
    this.names = signal({ labels: {}, splits: {} });
    this.items = signal(null);
    this.more = signal(null);
    this.loading = signal(false);
    this.problem = signal(null);
  }

  /** Asks for something else; the address remembers it. */
  async choose(name, value) {
    this.asked.value = { ...this.asked.value, [name]: value };
    remember(KEPT[name], value);
    await this.load();
  }

  /** What the address asks for, once somebody looks. */
  async look() {
    const asked = recalled();
    const known = this.items.value && Object.keys(asked).every((name) => asked[name] === this.asked.value[name]);
    if (known) return;
    this.asked.value = asked;
    this.looked = true;
    this.#readNames();
    await this.load();
  }

  async load() {
    await this.#read({ limit: PAGE });
  }

  async loadMore() {
    await this.#read({ limit: PAGE, cursor: this.more.value });
  }

  /** The same again after a change, as many as are shown; nothing where nobody looks. */
  async renew() {
    if (!this.looked) return;
    this.#readNames();
    const shown = this.items.value?.length ?? 0;
    await this.#read({ limit: Math.min(Math.max(shown, PAGE), MOST) });
  }

  #readNames() {
    get(`${this.path}/labels`).then((names) => (this.names.value = names), () => {});
  }

  async #read(page) {
    this.loading.value = true;
    this.problem.value = null;
    // the answer to an older question must not replace that to a newer one
    const question = (this.question = {});
    try {
      const { items, next_cursor: more } = await get(`${this.path}/items`, { ...this.#filters(), ...page });
      if (question !== this.question) return;
      this.items.value = page.cursor ? [...this.items.value, ...items] : items;
      this.more.value = more;
    } catch (problem) {
      if (question === this.question) this.problem.value = problem;
    } finally {
      if (question === this.question) this.loading.value = false;
    }
  }

  #filters() {
    return Object.fromEntries(Object.entries(this.asked.value).filter(([, value]) => value));
  }
}

function recalled() {
  return Object.fromEntries(Object.entries(KEPT).map(([name, kept]) => [name, remembered(kept) ?? ""]));
}
