/** DriftLabels: how frequent each label is on both sides, and how well its pictures are told apart. */

import { figure, score } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";

const COLUMNS = ["label", "reference", "current", "auc"];

export function DriftLabels({ labels, names }) {
  return html`
    <section aria-labelledby="drift-labels">
      <div class="section-head">
        <h2 id="drift-labels">${t("drift.labels")}</h2>
        <${CsvButton} name="drift-labels" columns=${COLUMNS} rows=${() => labels.map(cellsOf)} />
      </div>
      <div class="drift-scroll" role="region" tabindex="0" aria-labelledby="drift-labels"><table class="drift-table">
        <thead><tr>
          <th scope="col">${t("drift.label")}</th><th scope="col">${visible(names.reference)}</th>
          <th scope="col">${visible(names.current)}</th><th scope="col">${t("drift.told_apart")}</th>
        </tr></thead>
        <tbody>
          ${labels.map(({ name, reference, current, auc }) => html`
            <tr key=${name}><th scope="row">${visible(name)}</th><td>${figure(reference)}</td><td>${figure(current)}</td>
              <td>${auc === null ? "–" : score(auc)}</td></tr>`)}
        </tbody>
      </table></div>
    </section>`;
}

function cellsOf({ name, reference, current, auc }) {
  return [name, reference, current, auc];
}
