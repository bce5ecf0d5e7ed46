/** ReasonTable: files that were not taken or not understood, each with the reason. */

import { has, t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { ShownPath } from "./shown-name.js";

/** `rows` are `{path, code, detail}`. */
export function ReasonTable({ label, rows }) {
  return html`
    <table class="reasons" aria-label=${label}>
      <thead><tr><th scope="col">${t("reasons.file")}</th><th scope="col">${t("reasons.reason")}</th></tr></thead>
      <tbody>
        ${rows.map(({ path, code, detail }) => html`
          <tr key=${path}>
            <td><${ShownPath} path=${path} /></td>
            <td>${has(`reason.${code}`) ? t(`reason.${code}`) : code}<span class="hint">${visible(detail)}</span></td>
          </tr>`)}
      </tbody>
    </table>`;
}
