/** Located: warns where pictures tell where they were taken. */

import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { Notice } from "./notice.js";

export function Located({ located }) {
  if (located.items === 0) return null;
  return html`
    <${Notice} kind="warn" icon="warning" title=${t("eda.located", { count: located.items })}>
      <p>${t("eda.located_help", { path: visible(located.shown[0].path) })}</p>
    <//>`;
}
