/** DriftAttributes: every test, what differs most first, with both distributions, its effect and its corrected p. */

import { attributeScale } from "../attributes.js";
import { OverlayPlot, OverlaySpark } from "../charts/overlay-plot.js";
import { figure, score } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";
import { CategoryBars } from "./category-bars.js";
import { CsvButton } from "./csv-button.js";

const COLUMNS = ["name", "method", "effect", "least_effect", "p", "corrected_p", "drifted", "psi", "jensen_shannon", "wasserstein"];
/** Attributes whose figures are there from the start. */
const OPEN = 1;

export function DriftAttributes({ result, names }) {
  const { attributes, looks, correction } = result;
  const ofLooks = looks ? ["mmd", "classifier"].map((name) => ({ name, test: looks[name].test })) : [];
  const rows = [...attributes, ...ofLooks];
  return html`
    <section aria-labelledby="drift-attributes">
      <div class="section-head">
        <h2 id="drift-attributes">${t("drift.attributes")} <small>${t("drift.corrected", { count: correction.tests })}</small></h2>
        <${CsvButton} name="drift-attributes" columns=${COLUMNS} rows=${() => rows.map(cellsOf)} />
      </div>
      <p class="legend"><span class="legend-reference">${visible(names.reference)}</span> <span class="legend-current">${visible(names.current)}</span></p>
      <ol class="drift-rows">
        ${rows.map((row, n) => html`<${Row} key=${row.name} row=${row} names=${names} opened=${n < OPEN} />`)}
      </ol>
    </section>`;
}

/** What a test is called: as its attribute, if it is of one. */
export function testName(name) {
  return t(has(`attribute.${name}`) ? `attribute.${name}` : `drift.test.${name}`);
}

function Row({ row, names, opened }) {
  const { name, test } = row;
  const [open, setOpen] = useState(opened);
  const drawn = row.histogram?.edges.length > 2 || row.categories;
  const decision = decisionOf(test);
  return html`
    <li class="drift-row">
      <div class="drift-row-head">
        <h3>${testName(name)}</h3>
        ${row.histogram ? html`<${OverlaySpark} ...${row.histogram} />` : html`<span></span>`}
        <span class="effect" title=${t("drift.effect_help", { least: score(test.least_effect) })}>
          <span class="effect-bar" aria-hidden="true"><span style=${{ width: `${100 * reachOf(test)}%` }} class=${decision}></span>
            <i style=${{ left: `${100 * reachOf({ ...test, effect: test.least_effect })}%` }}></i></span>
          <span><span class="unseen">${t("drift.effect")} </span>${score(test.effect)}</span>
        </span>
        <span class="drift-p">p ${test.corrected_p < 0.001 ? `< ${figure(0.001)}` : figure(test.corrected_p)}</span>
        <span class=${`drift-decision ${decision}`}><${Icon} name=${test.drifted ? "warning" : "check"} />${t(`drift.decision.${decision}`)}</span>
        ${drawn && html`
          <button class="button quiet icon-only" aria-expanded=${open} onClick=${() => setOpen(!open)}
            aria-label=${t("drift.distribution", { name: testName(name) })}><${Icon} name="chart" /></button>`}
      </div>
      ${open && drawn && html`<${Drawn} row=${row} names=${names} />`}
    </li>`;
}

function Drawn({ row: { name, histogram, categories, distances, reference, current }, names }) {
  const { show, tick, logarithmic } = attributeScale(name);
  const hint = has(`attribute.${name}.hint`) ? t(`attribute.${name}.hint`) : "";
  return html`
    <div class="drift-drawn">
      ${histogram && html`<${OverlayPlot} name=${name} title=${testName(name)} hint=${hint} ...${histogram} show=${show} tick=${tick} logarithmic=${logarithmic} names=${names} />`}
      ${categories && html`<${CategoryBars} name=${name} title=${testName(name)} categories=${categories} names=${names} />`}
      <dl class="drift-facts">
        ${reference && html`
          <dt>${t("drift.medians")}</dt><dd>${show(reference.median)} → ${show(current.median)}</dd>
          <dt>${t("drift.means")}</dt><dd>${show(reference.mean)} → ${show(current.mean)}</dd>`}
        <dt>PSI</dt><dd>${figure(distances.psi.value)}</dd>
        <dt>Jensen–Shannon</dt><dd>${figure(distances.jensen_shannon.value)}</dd>
        ${distances.wasserstein && html`<dt>Wasserstein</dt><dd>${figure(distances.wasserstein.value)}</dd>`}
      </dl>
    </div>`;
}

/** How far the bar of an effect goes: AUC says nothing at one half. */
function reachOf({ method, effect }) {
  return method === "classifier" ? Math.max(0, 2 * effect - 1) : Math.min(1, effect);
}

function decisionOf({ drifted, significant }) {
  if (drifted) return "drifted";
  return significant ? "small" : "same";
}

function cellsOf({ name, test, distances }) {
  const { method, effect, least_effect: least, p, corrected_p: corrected, drifted } = test;
  const far = ["psi", "jensen_shannon", "wasserstein"].map((distance) => distances?.[distance]?.value ?? "");
  return [name, method, effect, least, p, corrected, drifted, ...far];
}
