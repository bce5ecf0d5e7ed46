/** NewestResult: what the newest task of a type found in a dataset: `found` is undefined until known, null where there is none. */

import { get } from "./api.js";
import { signal } from "./ui.js";

export const ANALYSIS = "image_analysis";
export const CLUSTERING = "clustering";
export const EDA = "eda";

export class NewestResult {
  constructor(datasetId, type) {
    this.datasetId = datasetId;
    this.type = type;
    this.found = signal(undefined);
    this.problem = signal(null);
  }

  /** Fetches it for whoever shows it first. */
  async want() {
    if (!this.wanted) await this.load();
  }

  /** Fetches it again, if anybody shows it. */
  async renew() {
    if (this.wanted) await this.load();
  }

  /** Where it is asked for again meanwhile, the answer to the last question counts. */
  async load() {
    this.wanted = true;
    this.problem.value = null;
    const asking = (this.asking = {});
    try {
      const asked = { dataset_id: this.datasetId, type: this.type, status: "completed", limit: 1 };
      const [task] = (await get("/tasks", asked)).items;
      const found = task ? { task, result: await get(task.links.result) } : null;
      if (asking === this.asking) this.found.value = found;
    } catch (problem) {
      if (asking === this.asking) this.problem.value = problem;
    }
  }
}
