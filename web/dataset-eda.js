/** DatasetEda: the newest exploration of a dataset: `found` is undefined until known, null where there is none. */

import { get } from "./api.js";
import { signal } from "./ui.js";

export const EDA = "eda";

export class DatasetEda {
  constructor(datasetId) {
    this.datasetId = datasetId;
    this.found = signal(undefined);
    this.problem = signal(null);
  }

  async load() {
    this.problem.value = null;
    try {
      const asked = { dataset_id: this.datasetId, type: EDA, status: "completed", limit: 1 };
      const [task] = (await get("/tasks", asked)).items;
      this.found.value = task ? { task, result: await get(task.links.result) } : null;
    } catch (problem) {
      this.problem.value = problem;
    }
  }
}
