/** InStudio: a link from a figure to the pictures behind it, in the studio. */

import { studioAddress } from "../studio/chosen.js";
import { html } from "../ui.js";
import { FigureLink } from "./figure-link.js";

/** `chosen` are conditions by name, as the studio has them. */
export function InStudio({ id, chosen, label, children }) {
  return html`<${FigureLink} to=${studioAddress(id, chosen)} label=${label}>${children}<//>`;
}

/** Of an issue of a result: what is below its threshold; of what is in groups, all that is in one. */
export function issueCondition({ name, threshold }) {
  return { [`issue.${name}`]: { from: 0, to: threshold === null || threshold > 1 ? 1 : threshold } };
}

/** Of items of a result, one by one. */
export function itemsCondition(items) {
  return { items: { names: items.map((item) => item.item_id) } };
}

export function nameCondition(kind, name) {
  return { [kind]: { names: [name] } };
}
