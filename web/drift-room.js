/** DriftRoom: two sides that are compared, as the address names them, and what was found of them before and now. */

import { get, post } from "./api.js";
import { LiveTask } from "./live-task.js";
import { remember, remembered } from "./router.js";
import { computed, signal } from "./ui.js";

const LISTED = 200;
/** Comparisons of a pair that its history draws. */
const REMEMBERED = 12;

/** What the address calls the dataset and the split of each side. */
const SIDES = {
  reference: ["reference", "reference_split"],
  current: ["target", "target_split"],
};

export class DriftRoom {
  constructor() {
    this.datasets = signal([]);
    this.splits = signal({});
    this.sides = signal(Object.fromEntries(Object.entries(SIDES).map(([side, names]) => [side, recalled(names)])));
    this.problem = signal(null);
    this.live = signal(null);
    /** Newest first; undefined until known. */
    this.history = signal(undefined);
    this.shown = signal(null);
    this.submitting = signal(false);
    this.submitProblem = signal(null);
    /** Why it is not known what was found of the pair. */
    this.recallProblem = signal(null);
    this.comparable = computed(() => {
      const { reference, current } = this.sides.value;
      return Boolean(reference.id && current.id) && !alike(reference, current);
    });
  }

  async load() {
    this.problem.value = null;
    try {
      const { items } = await get("/datasets", { limit: LISTED });
      const known = new Set(items.map(({ id }) => id));
      const chosen = Object.values(this.sides.value).map(({ id }) => id);
      const missing = [...new Set(chosen)].filter((id) => id && !known.has(id));
      this.datasets.value = [...items, ...(await Promise.all(missing.map((id) => get(`/datasets/${id}`))))];
    } catch (problem) {
      this.problem.value = problem;
      return;
    }
    await this.recall();
  }

  stop() {
    this.question = null;
    this.live.value?.stop();
  }

  /** Another dataset, or another split of it, on one side. */
  async choose(side, chosen) {
    this.#set({ ...this.sides.value, [side]: { split: "", ...chosen } });
    await this.recall();
  }

  async swap() {
    const { reference, current } = this.sides.value;
    this.#set({ reference: current, current: reference });
    await this.recall();
  }

  async compare() {
    this.submitting.value = true;
    this.submitProblem.value = null;
    const { reference, current } = this.sides.value;
    const params = { reference: part(reference), current: part(current) };
    try {
      const task = await post("/tasks", { type: "drift", dataset_id: reference.id, target_id: current.id, params });
      if (task.cached) await this.#ended(task);
      else this.#watch(task);
    } catch (problem) {
      this.submitProblem.value = problem;
    } finally {
      this.submitting.value = false;
    }
  }

  /** Shows one comparison of the history. */
  show(found) {
    this.shown.value = found;
  }

  /** A dataset and its split, as people call it. */
  nameOf({ id, split }) {
    const name = this.datasets.value.find((dataset) => dataset.id === id)?.name ?? "";
    return split ? `${name} / ${split}` : name;
  }

  #set(sides) {
    this.sides.value = sides;
    for (const [side, [id, split]] of Object.entries(SIDES)) {
      remember(id, sides[side].id);
      remember(split, sides[side].split);
    }
  }

  /** What is known of the pair that is chosen now. */
  async recall() {
    this.submitProblem.value = null;
    this.recallProblem.value = null;
    this.#forget();
    // what was asked for before must not answer for it
    const question = (this.question = {});
    try {
      await Promise.all(Object.values(this.sides.value).map(({ id }) => this.#readSplits(id)));
      if (question === this.question) await this.#recallPair(question);
    } catch (problem) {
      if (question === this.question) this.recallProblem.value = problem;
    }
  }

  /** What was found of other sides must not stand below the names of these. */
  #forget() {
    this.live.value?.stop();
    this.live.value = null;
    this.history.value = undefined;
    this.shown.value = null;
  }

  async #readSplits(id) {
    if (!id || this.splits.value[id]) return;
    const { splits } = await get(`/datasets/${id}/labels`);
    this.splits.value = { ...this.splits.value, [id]: Object.keys(splits) };
  }

  /** What was found of this pair, and what is being found. */
  async #recallPair(question) {
    const pair = this.sides.value;
    if (!this.comparable.value) return;
    const { items } = await get("/tasks", { dataset_id: pair.reference.id, type: "drift", limit: LISTED });
    const ofPair = items.filter((task) => isOf(task, pair));
    const completed = ofPair.filter(({ status }) => status === "completed").slice(0, REMEMBERED);
    const found = await Promise.all(completed.map(findingsOf));
    if (question !== this.question) return;
    this.history.value = found.filter(Boolean);
    this.shown.value = this.history.value[0] ?? null;
    const running = ofPair.find(({ status }) => status === "pending" || status === "in_progress");
    if (running) this.#watch(running);
  }

  #watch(task) {
    this.live.value?.stop();
    this.live.value = new LiveTask(task, { onEnd: (ended) => ended.status === "completed" && this.#ended(ended) });
  }

  async #ended(task) {
    const found = await findingsOf(task);
    if (!found || !isOf(task, this.sides.value)) return; // other sides may have been chosen meanwhile
    const before = (this.history.value ?? []).filter((each) => each.task.id !== task.id);
    this.history.value = [found, ...before].slice(0, REMEMBERED);
    this.shown.value = found;
  }
}

function recalled([id, split]) {
  return { id: remembered(id) ?? "", split: remembered(split) ?? "" };
}

function alike(one, other) {
  return one.id === other.id && one.split === other.split;
}

function part({ split }) {
  return { split: split || null };
}

function isOf({ target_id: target, params }, { reference, current }) {
  const splits = [params.reference?.split ?? "", params.current?.split ?? ""];
  return target === current.id && splits[0] === reference.split && splits[1] === current.split;
}

/** A result may be gone when its time is over: then there is none. */
async function findingsOf(task) {
  try {
    return { task, result: await get(task.links.result) };
  } catch (problem) {
    if (problem.status === 410 || problem.status === 404) return null;
    throw problem;
  }
}
