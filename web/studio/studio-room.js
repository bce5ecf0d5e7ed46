/** StudioRoom: every item of a dataset with all that is known of it, the conditions that were chosen, and what they leave. */

import { get, post } from "../api.js";
import { fetchColumns, joined } from "../columns.js";
import { ANALYSIS, CLUSTERING } from "../newest-result.js";
import { remember, remembered } from "../router.js";
import { batch, signal } from "../ui.js";
import { binned, leastOf } from "./bins.js";
import { recallChosen, rememberChosen } from "./chosen.js";
import { ASKED, attributesOf } from "./derived.js";
import { Filters } from "./filters.js";
import { ItemCards } from "./item-cards.js";
import { editionOf } from "./news.js";

const NAMED = ["label", "split", "format"];
export const GROUP = "group";
export const LASSO = "lasso";
/** Items one by one, as a result names them. */
export const ITEMS = "items";
const UNSEEN = -2;
const ISSUE = "issue.";
/** Issues that an item has or has not, whatever their threshold is of. */
const WHOLE = new Set(["exact_duplicates", "near_duplicates"]);

export class StudioRoom {
  constructor(datasetId) {
    this.datasetId = datasetId;
    this.cards = new ItemCards(datasetId);
    this.problem = signal(null);
    this.ready = signal(false);
    this.chosen = signal({});
    /** Places of the wanted items, in the order of the wall. */
    this.wanted = signal(new Int32Array());
    this.sort = signal(remembered("sort") ?? "");
    /** Ids of the items that were picked. */
    this.picked = signal(new Set());
  }

  /** Somebody comes to look at a dataset as it is told of now: as the address asks. */
  async enter(dataset) {
    if (!this.ready.peek()) await this.load(dataset);
    else if (location.search !== this.address) batch(() => this.#recall());
  }

  async load(dataset) {
    if (this.loading) return;
    this.loading = true;
    this.problem.value = null;
    try {
      await this.#read(dataset);
      batch(() => {
        this.#recall();
        this.ready.value = true;
      });
    } catch (problem) {
      this.problem.value = problem;
    } finally {
      this.loading = false;
    }
  }

  /** Reads the dataset again; what is asked for, picked and looked at stays. Throws the server's Problem. */
  async renew(dataset) {
    const before = { ids: this.ids, chosen: this.chosen.peek() };
    await this.#read(dataset);
    this.cards.forget([...this.cards.known.keys()]);
    this.renewed = true;
    const known = new Set(this.ids);
    batch(() => {
      this.picked.value = new Set([...this.picked.peek()].filter((id) => known.has(id)));
      this.#apply(mapped(before, this.ids));
    });
  }

  /** Puts a condition in place of the one of that name; null takes it away. */
  choose(name, condition) {
    const { [name]: _, ...others } = this.chosen.peek();
    this.filters.set(name, condition && this.#keeps(name, condition));
    rememberChosen(name, name === LASSO ? null : condition);
    this.address = location.search;
    batch(() => {
      this.chosen.value = condition ? { ...others, [name]: condition } : others;
      this.#count();
    });
  }

  /** One name more or less of a label, a split, a format or a group. */
  toggle(name, value) {
    const names = this.chosen.peek()[name]?.names ?? [];
    const left = names.includes(value) ? names.filter((each) => each !== value) : [...names, value];
    this.choose(name, left.length ? { names: left } : null);
  }

  clear() {
    for (const name of Object.keys(this.chosen.peek())) this.choose(name, null);
  }

  /** By an attribute, `-` before it is downwards; none is as they came. */
  sortBy(sort) {
    remember("sort", sort);
    this.address = location.search;
    this.sort.value = sort;
    this.#count();
  }

  /** `{edges, all, left}` of an attribute: how many fall into each bin, of all and of what the other conditions leave. */
  histogram(name) {
    const { edges, places } = this.bins[name];
    return { edges, ...this.filters.counts(name, places, edges.length - 1) };
  }

  /** `[[name, all, left], …]` of a label, a split, a format or a group, the most frequent first. */
  names(name) {
    const { codes, names } = this.facets[name];
    const { all, left } = this.filters.counts(name, codes, names.length);
    const rows = names.map((each, code) => [each, all[code], left[code]]).filter(([, count]) => count > 0);
    return rows.sort((one, other) => (one[0] === null) - (other[0] === null) || other[1] - one[1]);
  }

  /** How many items an issue would have below a threshold; whole ones are whatever is below 1. */
  below(issue, threshold) {
    const scores = this.scores[issue].values;
    const least = Math.fround(threshold); // as exact as the scores, and as what the analysis compared
    let count = 0;
    for (let n = 0; n < scores.length; n += 1) if (scores[n] < least) count += 1;
    return count;
  }

  /** Gives items a tag; throws the server's Problem. */
  async tag(ids, tag) {
    await post(`/datasets/${this.datasetId}/tags`, { item_ids: ids, add: [tag] });
    this.cards.forget(ids);
  }

  /** The ids of the wanted items, in the order of the wall. */
  wantedIds() {
    return Array.from(this.wanted.peek(), (place) => this.ids[place]);
  }

  /** Everything anew; nothing of it is shown before all is there. */
  async #read(dataset) {
    const [columns, analysis, clustering] = await Promise.all([
      fetchColumns(`/datasets/${this.datasetId}/columns`, { names: ASKED.join(",") }),
      this.#toldOf(ANALYSIS),
      this.#toldOf(CLUSTERING),
    ]);
    this.#take(columns);
    this.#takeScores(analysis);
    this.#takeGroups(clustering);
    this.edition = editionOf(dataset);
  }

  #take({ columns, metadata }) {
    this.ids = columns.item_id;
    this.count = this.ids.length;
    this.filters = new Filters(this.count);
    this.attributes = attributesOf(columns);
    this.highest = new Map();
    this.bins = {};
    for (const [name, values] of Object.entries(this.attributes)) {
      const made = binned(name, values);
      if (made && made.edges.length > 2) this.bins[name] = made;
    }
    this.facets = {};
    for (const name of NAMED) {
      const names = metadata[name] ?? [null];
      if (names.length > 1) this.facets[name] = { codes: columns[name], names };
    }
    this.scores = {};
    this.groups = null;
    this.orders = new Map();
  }

  /** The newest result of a type with its map, if both are there. */
  async #toldOf(type) {
    const task = await this.#newest(type);
    if (!task) return null;
    const [result, told] = await Promise.all([type === CLUSTERING ? null : get(task.links.result), mapOf(task)]);
    return told && { result, told };
  }

  /** The scores of issues that the newest analysis told of every item. */
  #takeScores(found) {
    for (const { name, threshold } of found?.result.issues ?? []) {
      const { columns } = found.told;
      const values = columns[name] ?? columns[`${name}_score`];
      if (values) this.scores[name] = { threshold: WHOLE.has(name) ? null : threshold, values: this.#joined(found.told, values, NaN) };
    }
  }

  /** The groups and the map of the newest clustering. */
  #takeGroups(found) {
    if (!found) return;
    const { x, y, cluster } = found.told.columns;
    this.groups = { x: this.#joined(found.told, x, NaN), y: this.#joined(found.told, y, NaN) };
    // what the clustering has not seen is not what it put in no group: it has no name at all
    const codes = Uint32Array.from(this.#joined(found.told, cluster, UNSEEN), (group) => group + 1);
    const most = cluster.reduce((one, other) => Math.max(one, other), -1) + 1;
    if (most > 0) this.facets[GROUP] = { codes, names: [null, ...Array.from({ length: most }, (_, n) => String(n))] };
  }

  /** The values of a task's map for the items of now. */
  #joined({ columns }, values, none) {
    return joined(this.ids, columns.item_id, values, none);
  }

  async #newest(type) {
    const asked = { dataset_id: this.datasetId, type, status: "completed", limit: 1 };
    return (await get("/tasks", asked)).items[0];
  }

  #recall() {
    this.address = location.search;
    this.sort.value = remembered("sort") ?? "";
    for (const name of Object.keys(this.chosen.peek())) this.filters.set(name, null);
    this.#apply(recallChosen());
  }

  /** Narrows by these conditions; what there is not in this dataset is left out. */
  #apply(chosen) {
    const known = {};
    for (const [name, condition] of Object.entries(chosen)) {
      const keeps = this.#keeps(name, condition);
      if (!keeps) continue;
      this.filters.set(name, keeps);
      known[name] = condition;
    }
    this.chosen.value = known;
    this.#count();
  }

  /** Whether item n is kept; null for what there is not in this dataset. */
  #keeps(name, { from, to, names, mask }) {
    if (mask) return (n) => mask[n] === 1;
    if (names && name === ITEMS) {
      const kept = new Set(names);
      return (n) => kept.has(this.ids[n]);
    }
    if (names) {
      const facet = this.facets[name];
      if (!facet) return null;
      const kept = new Set(names.map((each) => facet.names.indexOf(each)));
      return (n) => kept.has(facet.codes[n]);
    }
    const scores = name.startsWith(ISSUE) && this.scores[name.slice(ISSUE.length)];
    const least = Math.fround(to);
    if (scores) return (n) => scores.values[n] < least;
    const values = this.attributes[name];
    return values ? this.#within(name, values, { from, to }) : null;
  }

  /** As histograms count: up to the end of a bin, and with the end where it is the last of all. */
  #within(name, values, { from, to }) {
    if (!this.highest.has(name)) this.highest.set(name, values.reduce((one, other) => (other > one ? other : one), -Infinity));
    const [low, high] = [from, to].map(Math.fround); // as exact as the values
    const least = leastOf(name);
    const last = this.highest.get(name) <= high;
    return (n) => {
      const value = Math.max(values[n], least);
      return value >= low && (value < high || (last && value === high));
    };
  }

  #count() {
    const order = this.#orderOf(this.sort.peek());
    const { failed } = this.filters;
    this.wanted.value = order ? order.filter((place) => failed[place] === 0) : this.filters.wanted();
  }

  /** All places by an attribute, made once; what has no value comes last. */
  #orderOf(sort) {
    const name = sort.replace(/^-/, "");
    const values = this.attributes[name] ?? this.scores[name]?.values;
    if (!values) return null;
    if (!this.orders.has(sort)) {
      const sign = sort.startsWith("-") ? -1 : 1;
      const key = (place) => (Number.isNaN(values[place]) ? Infinity : sign * values[place]);
      this.orders.set(sort, Int32Array.from(values, (_, n) => n).sort((one, other) => key(one) - key(other) || one - other));
    }
    return this.orders.get(sort);
  }
}

/** Conditions for other items: what was drawn around is told item by item. */
function mapped({ ids, chosen }, others) {
  const drawn = chosen[LASSO];
  if (!drawn) return chosen;
  const within = new Set(ids.filter((_, n) => drawn.mask[n] === 1));
  return { ...chosen, [LASSO]: { mask: Uint8Array.from(others, (id) => Number(within.has(id))) } };
}

export function issueKey(issue) {
  return `${ISSUE}${issue}`;
}

/** Results of before an update may have no map. */
async function mapOf(task) {
  try {
    return await fetchColumns(`${task.links.self}/map`);
  } catch (problem) {
    if ([404, 409, 410].includes(problem.status)) return null;
    throw problem;
  }
}
