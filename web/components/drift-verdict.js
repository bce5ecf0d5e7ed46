/** DriftVerdict: whether there is drift, in one sentence, and how much was compared. */

import { score } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { testName } from "./drift-attributes.js";
import { Notice } from "./notice.js";

const ICONS = { true: "warning", false: "check", null: "chart" };

export function DriftVerdict({ result, target }) {
  const { drifted, code, reference, current, shared } = result;
  return html`
    <${Notice} kind=${drifted ? "warn" : "info"} icon=${ICONS[drifted]} title=${t(`drift.verdict.${code}`, { target: visible(target) })}>
      ${strongestOf(result)}
      ${drifted === false && html`<p>${t("drift.none_found", { count: result.correction.tests })}</p>`}
      <p class="facts">
        <span>${t("drift.compared", { reference: reference.compared, current: current.compared })}</span>
        ${shared > 0 && html`<span>${t("drift.shared", { count: shared })}</span>`}
      </p>
    <//>`;
}

function strongestOf({ strongest, attributes }) {
  if (!strongest) return null;
  const test = attributes.find(({ name }) => name === strongest)?.test;
  if (!test) return html`<p>${t("drift.strongest_looks")}</p>`;
  return html`<p>${t("drift.strongest", { name: testName(strongest), effect: score(test.effect) })}</p>`;
}
