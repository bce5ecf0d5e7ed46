/** DriftTable: every test, what differs most first, with its effect and its corrected p-value. */

import { Icon } from "../icons.js";
import { figure, score } from "../format.js";
import { has, t } from "../language.js";
import { html } from "../ui.js";

export function DriftTable({ attributes, looks }) {
  const rows = attributes.map(({ name, test, distances }) => ({ name, test, distances }));
  if (looks) rows.push({ name: "mmd", test: looks.mmd.test }, { name: "classifier", test: looks.classifier.test });
  return html`
    <div class="drift-scroll" role="region" tabindex="0" aria-labelledby="drift-attributes"><table class="drift-table">
      <thead><tr>
        <th scope="col">${t("drift.attribute")}</th><th scope="col">${t("drift.effect")}</th>
        <th scope="col">${t("drift.p")}</th><th scope="col">PSI</th><th scope="col">${t("drift.wasserstein")}</th>
        <th scope="col">${t("drift.decision")}</th>
      </tr></thead>
      <tbody>${rows.map((row) => html`<${Row} key=${row.name} ...${row} />`)}</tbody>
    </table></div>`;
}

/** What a test is called: as its attribute, if it is of one. */
export function testName(name) {
  return t(has(`attribute.${name}`) ? `attribute.${name}` : `drift.test.${name}`);
}

function Row({ name, test, distances }) {
  return html`
    <tr>
      <th scope="row">${testName(name)}</th>
      <td>${score(test.effect)}</td>
      <td>${test.corrected_p < 0.001 ? `< ${figure(0.001)}` : figure(test.corrected_p)}</td>
      <td>${distances ? figure(distances.psi.value) : "–"}</td>
      <td>${distances?.wasserstein ? figure(distances.wasserstein.value) : "–"}</td>
      <td class=${test.drifted ? "drifted" : ""}><${Icon} name=${test.drifted ? "warning" : "check"} /> ${t(`drift.decision.${decisionOf(test)}`)}</td>
    </tr>`;
}

function decisionOf({ drifted, significant }) {
  if (drifted) return "drifted";
  return significant ? "small" : "same";
}
