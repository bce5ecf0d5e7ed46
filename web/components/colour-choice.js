/** ColourChoice: what the colours of a map stand for: the group, the label, or what was measured. */

import { ATTRIBUTES } from "../attributes.js";
import { GROUP, LABEL } from "../cluster-map.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function ColourChoice({ map, name }) {
  const { by } = map.colouring.value;
  return html`
    <label class="field">${t("map.colour_by")}
      <select class="select" onChange=${(event) => map.colourBy(event.target.value)}>
        ${[GROUP, LABEL, ...ATTRIBUTES].map((each) => html`<option key=${each} value=${each} selected=${each === by}>${name(each)}</option>`)}
      </select>
    </label>`;
}
