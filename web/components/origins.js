/** Origins: what EXIF data say: which cameras, when, and whether pictures tell where they were taken. */

import { count } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { NameBars } from "./name-bars.js";
import { Notice } from "./notice.js";

export function Origins({ origins }) {
  const { cameras, taken, located } = origins;
  return html`
    ${located.items > 0 && html`
      <${Notice} kind="warn" icon="warning" title=${t("eda.located", { count: located.items })}>
        <p>${t("eda.located_help", { path: visible(located.shown[0].path) })}</p>
      <//>`}
    ${cameras.different > 0 && html`<${NameBars} id="eda-cameras" title=${t("eda.cameras")} names=${cameras} />`}
    ${taken.items > 0 && html`
      <p class="facts"><span>${t("eda.taken", { count: count(taken.items), first: day(taken.first), last: day(taken.last) })}</span></p>`}`;
}

// the camera's own clock, whose time zone nobody knows: it is shown as it was written
function day(iso) {
  return iso.slice(0, 10);
}
