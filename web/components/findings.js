/** Findings: the result of an image analysis: overview, issues with their pictures, attributes. */

import { Histogram } from "../charts/histogram.js";
import { count, figure, score, share } from "../format.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { DuplicateGroups } from "./duplicate-groups.js";
import { IssueGallery } from "./issue-gallery.js";
import { UnreadableList } from "./unreadable-list.js";

export function Findings({ task, result }) {
  return html`
    <div class="findings">
      <${Overview} result=${result} />
      <${Issues} task=${task} result=${result} />
      <${Attributes} attributes=${result.attributes} />
    </div>`;
}

function Overview({ result }) {
  return html`
    <section aria-labelledby="overview">
      <h2 id="overview">${t("findings.overview")}</h2>
      <dl class="figures">
        <${Figure} name=${t("findings.analysed")} value=${result.analysed} />
        <${Figure} name=${t("findings.unreadable")} value=${result.unreadable} />
        <${Figure} name=${t("findings.animated")} value=${result.animated} />
        <${Figure} name=${t("findings.rotated")} value=${result.rotated} />
        <${Kinds} name=${t("findings.formats")} counts=${result.formats} />
        <${Kinds} name=${t("findings.modes")} counts=${result.modes} />
      </dl>
    </section>`;
}

function Figure({ name, value }) {
  return html`<div class="figure"><dt>${name}</dt><dd>${count(value)}</dd></div>`;
}

function Kinds({ name, counts }) {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return html`
    <div class="figure kinds">
      <dt>${name}</dt>
      <dd>${sorted.map(([kind, value]) => html`<span key=${kind}>${kind} <b>${count(value)}</b></span>`)}</dd>
    </div>`;
}

function Issues({ task, result }) {
  const first = result.issues.find((issue) => issue.count > 0) ?? result.issues[0];
  const [chosen, choose] = useState(first.name);
  const issue = result.issues.find(({ name }) => name === chosen);
  return html`
    <section aria-labelledby="issues">
      <h2 id="issues">${t("findings.issues")}</h2>
      <div class="issue-tabs" role="group" aria-labelledby="issues">
        ${result.issues.map(({ name, count: found }) => html`
          <button key=${name} class=${`issue-tab ${found ? "found" : "none"}`} aria-pressed=${name === chosen}
            onClick=${() => choose(name)}>
            <span>${t(`issue.${name}`)}</span><b>${count(found)}</b>
          </button>`)}
      </div>
      <${IssuePanel} key=${chosen} task=${task} result=${result} issue=${issue} />
    </section>`;
}

function IssuePanel({ task, result, issue }) {
  const told = { count: count(issue.count), total: count(result.items), share: share(issue.share) };
  return html`
    <div class="issue-panel">
      <p><b>${issue.count ? t("issue.count", told) : t("issue.none")}</b> ${t(`issue.${issue.name}.why`)}
        ${issue.threshold !== null && issue.count > 0 && !issue.name.endsWith("_duplicates") && html` ${t("issue.below", { threshold: score(issue.threshold) })}`}</p>
      ${issue.count > 0 && html`<${Pictures} task=${task} result=${result} issue=${issue} />`}
    </div>`;
}

function Pictures({ task, result, issue }) {
  switch (issue.name) {
    case "exact_duplicates":
      return html`<${DuplicateGroups} found=${result.duplicates.exact} />`;
    case "near_duplicates":
      return html`<${DuplicateGroups} found=${result.duplicates.near} />`;
    case "unreadable":
      return html`<${UnreadableList} task=${task} issue=${issue} />`;
    default:
      return html`<${IssueGallery} task=${task} issue=${issue} />`;
  }
}

function Attributes({ attributes }) {
  const shown = Object.entries(attributes)
    .filter(([, { histogram }]) => histogram)
    .sort(([a], [b]) => a.localeCompare(b));
  return html`
    <section aria-labelledby="attributes">
      <h2 id="attributes">${t("findings.attributes")}</h2>
      <div class="charts">
        ${shown.map(([name, { histogram, quantiles }]) => html`
          <${Histogram} key=${name} title=${t(`attribute.${name}`)} edges=${histogram.edges} counts=${histogram.counts}
            summary=${`${figure(quantiles.p05)}–${figure(quantiles.p95)}`} />`)}
      </div>
    </section>`;
}
