/** Parts: the tabs of a dataset, each with an address of its own, and where addresses of before lead. */

import { isOfGroups } from "./issues.js";
import { asLeft } from "./router.js";

/** As service/api/pages.py has them; the overview has the address of the dataset itself. */
export const OVERVIEW = "";
export const PARTS = [OVERVIEW, "issues", "attributes", "duplicates", "groups", "exploration", "pictures", "studio"];

const ANCHORS = { clusters: "groups", issues: "issues", attributes: "attributes", exploration: "exploration", pictures: "pictures" };
/** Choices that were kept in the address of the one long page. */
const CHOICES = { issue: "issues", flagged: "pictures", label: "pictures", split: "pictures", sort: "pictures" };

export function partAddress(id, part) {
  return `/datasets/${id}${part && `/${part}`}`;
}

/** The same with what was chosen there last, to go on with it. */
export function partAsLeft(id, part) {
  return part === OVERVIEW ? partAddress(id, part) : asLeft(partAddress(id, part));
}

/** Where the address of a part leads that stood elsewhere before; null where it is right. */
export function movedTo(id, part, { hash, search }) {
  const chosen = new URLSearchParams(search);
  if (part === "issues" && isOfGroups(chosen.get("issue"))) return partAddress(id, "duplicates");
  if (part !== OVERVIEW) return null;
  const name = Object.keys(CHOICES).find((each) => chosen.has(each));
  if (name) return movedTo(id, CHOICES[name], { search }) ?? partAddress(id, CHOICES[name]) + search;
  const anchor = ANCHORS[hash.slice(1)];
  return anchor ? partAddress(id, anchor) : null;
}
