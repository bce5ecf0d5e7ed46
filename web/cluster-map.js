/** ClusterMap: the places of all pictures of a clustering, what colours them, and which are chosen. */

import { attributeScale } from "./attributes.js";
import { coloursByName, coloursByValue } from "./charts/point-colours.js";
import { fetchColumns, joined } from "./columns.js";
import { t } from "./language.js";
import { ASKED, attributesOf } from "./studio/derived.js";
import { ItemCards } from "./studio/item-cards.js";
import { batch, computed, signal } from "./ui.js";

export const GROUP = "group";
export const LABEL = "label";
/** Results of before an update may have no map. */
const NO_MAP = [404, 409, 410];

export class ClusterMap {
  constructor(datasetId, task) {
    this.datasetId = datasetId;
    this.task = task;
    this.cards = new ItemCards(datasetId);
    /** `{ids, x, y}`; undefined until known, null where there is no map */
    this.points = signal(undefined);
    this.problem = signal(null);
    /** `{by, colours, palette, names, counts}`, or `ends` of values instead of names */
    this.colouring = signal(null);
    /** `{by, place}` of a name, or `{indices}` */
    this.chosen = signal(null);
    this.selected = computed(() => this.#mask(this.chosen.value));
    this.count = computed(() => this.selected.value?.reduce((sum, yes) => sum + yes, 0) ?? 0);
  }

  async load() {
    await this.#trying(async () => {
      const { columns } = await fetchColumns(`${this.task.links.self}/map`);
      const { item_id: ids, x, y, cluster } = columns;
      this.places = { [GROUP]: cluster };
      const most = cluster.reduce((one, other) => Math.max(one, other), -1);
      this.names = { [GROUP]: Array.from({ length: most + 1 }, (_, n) => n) };
      batch(() => {
        this.points.value = ids.length ? { ids, x, y } : null;
        this.#colourByName(GROUP);
      });
    });
  }

  /** By group, label, or an attribute of pictures. */
  async colourBy(by) {
    await this.#trying(async () => {
      if (by === LABEL) await this.#readLabels();
      else if (by !== GROUP) await this.#readAttributes();
      if (this.places[by]) this.#colourByName(by);
      else this.#colourByValue(by);
    });
  }

  /** A name is chosen, or no longer if it was. */
  toggle(by, place) {
    const { by: before, place: chosen } = this.chosen.peek() ?? {};
    this.chosen.value = before === by && chosen === place ? null : { by, place };
  }

  /** What was drawn around; of a single point all that share its name, where names give the colours. */
  choose(indices) {
    const { by } = this.colouring.peek();
    if (indices.length === 1 && this.places[by]) this.toggle(by, this.places[by][indices[0]]);
    else this.chosen.value = indices.length ? { indices } : null;
  }

  /** The first so many of the chosen pictures; throws the server's Problem. */
  async pictures(most) {
    const { ids } = this.points.peek();
    const mask = this.selected.peek();
    return this.cards.all([...ids.filter((_, n) => mask[n]).slice(0, most)]);
  }

  /** What the card of a point says. */
  async about(index) {
    const [item] = await this.cards.all([this.points.peek().ids[index]]);
    return item && { ...item, words: this.wordsOf(index) };
  }

  wordsOf(index) {
    const { by } = this.colouring.peek();
    if (this.places[by]) return this.nameOf(by, this.places[by][index]);
    const value = this.attributes[by][index];
    return Number.isNaN(value) ? "" : `${t(`attribute.${by}`)} ${attributeScale(by).show(value)}`;
  }

  nameOf(by, place) {
    if (by === GROUP && place >= 0) return t("clusters.name", { number: place });
    return this.names[by][place] ?? t(`studio.none.${by}`);
  }

  #colourByName(by) {
    this.colouring.value = { by, names: this.names[by], ...coloursByName(this.places[by]) };
  }

  #colourByValue(by) {
    this.colouring.value = { by, ...coloursByValue(this.attributes[by], attributeScale(by).logarithmic) };
  }

  async #readLabels() {
    if (this.places[LABEL]) return;
    const { columns, metadata } = await this.#columns([LABEL]);
    const codes = joined(this.points.peek().ids, columns.item_id, columns[LABEL], 0);
    this.names[LABEL] = (metadata[LABEL] ?? [null]).slice(1);
    this.places[LABEL] = Int32Array.from(codes, (code) => code - 1);
  }

  async #readAttributes() {
    if (this.attributes) return;
    const { columns } = await this.#columns(ASKED);
    const { ids } = this.points.peek();
    const told = Object.entries(attributesOf(columns));
    this.attributes = Object.fromEntries(told.map(([name, values]) => [name, joined(ids, columns.item_id, values, NaN)]));
  }

  #columns(names) {
    return fetchColumns(`/datasets/${this.datasetId}/columns`, { names: names.join(",") });
  }

  #mask(chosen) {
    if (!chosen) return null;
    const { by, place, indices } = chosen;
    if (!indices) return Uint8Array.from(this.places[by], (each) => Number(each === place));
    const mask = new Uint8Array(this.points.peek().ids.length);
    for (const index of indices) mask[index] = 1;
    return mask;
  }

  async #trying(act) {
    this.problem.value = null;
    try {
      await act();
    } catch (problem) {
      if (NO_MAP.includes(problem.status)) this.points.value = null;
      else this.problem.value = problem;
    }
  }
}
