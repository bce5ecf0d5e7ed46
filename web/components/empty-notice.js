/** EmptyNotice: says that a dataset has no pictures yet, and what to do. */

import { t } from "../language.js";
import { html } from "../ui.js";
import { Notice } from "./notice.js";

export function EmptyNotice() {
  return html`<${Notice} icon="picture" title=${t("dataset.empty")}><p>${t("dataset.empty_help")}</p><//>`;
}
