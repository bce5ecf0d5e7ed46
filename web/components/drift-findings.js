/** DriftFindings: the verdict, the attributes by strength, and the pictures that it shows in. */

import { attributeScale } from "../attributes.js";
import { OverlayPlot } from "../charts/overlay-plot.js";
import { figure, moment, score, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { Downloads } from "./downloads.js";
import { DriftTable, testName } from "./drift-table.js";
import { Notice } from "./notice.js";
import { Picture } from "./picture.js";

const ICONS = { true: "warning", false: "check", null: "chart" };

/** `name` and `target` are the names of the two datasets. */
export function DriftFindings({ task, result, name, target }) {
  return html`
    <div class="analysis-facts">
      <p class="facts"><span>${t("drift.finished", { target: visible(target), moment: moment(task.completed_at) })}</span></p>
      <${Downloads} task=${task} name=${name} />
    </div>
    <${Verdict} result=${result} target=${target} />
    ${result.attributes.length > 0 && html`
      <section aria-labelledby="drift-attributes">
        <h2 id="drift-attributes">${t("drift.attributes")} <small>${t("drift.corrected", { count: result.correction.tests })}</small></h2>
        <${DriftTable} attributes=${result.attributes} looks=${result.looks} />
        <${Overlays} attributes=${result.attributes} />
      </section>`}
    ${result.looks && html`<${Typical} looks=${result.looks} />`}
    ${result.labels.length > 0 && html`<${Labels} labels=${result.labels} />`}`;
}

function Verdict({ result, target }) {
  const { drifted, code, reference, current, shared, strongest } = result;
  const test = result.attributes.find(({ name }) => name === strongest)?.test;
  const title = t(`drift.verdict.${code}`, { target: visible(target) });
  return html`
    <${Notice} kind=${drifted ? "warn" : "info"} icon=${ICONS[drifted]} title=${title}>
      ${strongest && html`<p>${test ? t("drift.strongest", { name: testName(strongest), effect: score(test.effect) }) : t("drift.strongest_looks")}</p>`}
      ${drifted === false && html`<p>${t("drift.none_found", { count: result.correction.tests })}</p>`}
      <p class="facts">
        <span>${t("drift.compared", { reference: reference.compared, current: current.compared })}</span>
        ${shared > 0 && html`<span>${t("drift.shared", { count: shared })}</span>`}
      </p>
    <//>`;
}

function Overlays({ attributes }) {
  const drawn = attributes.filter(({ histogram }) => histogram && histogram.edges.length > 2);
  return html`
    <p class="legend"><span class="legend-reference">${t("drift.reference")}</span> <span class="legend-current">${t("drift.current")}</span></p>
    <div class="charts">
      ${drawn.map(({ name, histogram }) => html`
        <${OverlayPlot} key=${name} title=${t(`attribute.${name}`)} hint=${t(`attribute.${name}.hint`)} ...${histogram} ...${attributeScale(name)} />`)}
    </div>`;
}

function Typical({ looks }) {
  const { auc, low, high } = looks.classifier;
  return html`
    <section aria-labelledby="drift-looks">
      <h2 id="drift-looks">${t("drift.looks")}</h2>
      <p class="hint">${t("drift.looks_help", { auc: score(auc), low: score(low), high: score(high) })}</p>
      ${["reference", "current"].map((side) => html`
        <div key=${side}>
          <h3>${t(`drift.typical_${side}`)}</h3>
          <ul class="gallery">
            ${looks.typical[side].map((item) => html`
              <${Picture} key=${item.item_id} item=${item} why=${t("drift.certain", { share: share(1 - item.score) })} />`)}
          </ul>
        </div>`)}
    </section>`;
}

function Labels({ labels }) {
  return html`
    <section aria-labelledby="drift-labels">
      <h2 id="drift-labels">${t("drift.labels")}</h2>
      <div class="drift-scroll" role="region" tabindex="0" aria-labelledby="drift-labels"><table class="drift-table">
        <thead><tr>
          <th scope="col">${t("drift.label")}</th><th scope="col">${t("drift.reference")}</th>
          <th scope="col">${t("drift.current")}</th><th scope="col">${t("drift.told_apart")}</th>
        </tr></thead>
        <tbody>
          ${labels.map(({ name, reference, current, auc }) => html`
            <tr key=${name}><td>${visible(name)}</td><td>${figure(reference)}</td><td>${figure(current)}</td>
              <td>${auc === null ? "–" : score(auc)}</td></tr>`)}
        </tbody>
      </table></div>
    </section>`;
}
