/** News: what has changed in a dataset since the studio has read it. */

import { ANALYSIS, CLUSTERING } from "../newest-result.js";

/** Whose results the studio shows. */
const SHOWN = [ANALYSIS, CLUSTERING];
const KNOWN = ["fresh", "stale"];

/** What the studio shows of a dataset as the server tells of it: its version, and the newest task of each kind. */
export function editionOf({ version, analyses }) {
  const newest = analyses.filter(({ type, standing }) => SHOWN.includes(type) && KNOWN.includes(standing));
  return { version, tasks: Object.fromEntries(newest.map(({ type, task_id: id }) => [type, id])) };
}

/** `{items, image_analysis, clustering}`: by how many items more or fewer, and which results are newer; null where nothing is new. */
export function newsOf({ edition, count }, dataset) {
  if (!edition) return null;
  const { version, tasks } = editionOf(dataset);
  const newer = SHOWN.filter((type) => tasks[type] && tasks[type] !== edition.tasks[type]);
  if (version === edition.version && newer.length === 0) return null;
  const items = version === edition.version ? undefined : dataset.items - count;
  return { items, ...Object.fromEntries(newer.map((type) => [type, true])) };
}
