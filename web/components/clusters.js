/** Clusters: groups of pictures that look alike, why there are so many, and how to look for them. */

import { ClusterMap } from "../cluster-map.js";
import { CLUSTERING } from "../newest-result.js";
import { count, moment } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { creates } from "../session.js";
import { isActive } from "../task-state.js";
import { html, useMemo } from "../ui.js";
import { ClusterCard, UnassignedCard } from "./cluster-card.js";
import { ClusterCandidates } from "./cluster-candidates.js";
import { ClusterMapView } from "./cluster-map-view.js";
import { Downloads } from "./downloads.js";
import { Notice, ProblemNotice } from "./notice.js";

export function Clusters({ room, dataset }) {
  const { found, problem } = room.clusters;
  if (dataset.items === 0) return null;
  return html`
    <section class="clusters" aria-labelledby="clusters">
      <div class="analysis-facts">
        <h2 id="clusters">${t("clusters.title")}</h2>
        ${creates() && html`<${GroupButton} room=${room} />`}
      </div>
      ${problem.value && html`
        <${ProblemNotice} problem=${problem.value} title=${t("findings.failed")} retry=${() => room.clusters.load()} />`}
      ${found.value && html`<${Found} ...${found.value} dataset=${dataset} />`}
      ${found.value === null && html`<p class="hint">${t("clusters.never_help")}</p>`}
    </section>`;
}

function GroupButton({ room }) {
  const running = room.watched.value.some(
    ({ task }) => task.value.type === CLUSTERING && isActive(task.value),
  );
  const busy = running || room.submitting.value;
  return html`
    <button class="button" aria-disabled=${busy} onClick=${() => busy || room.group()}>
      <${Icon} name="play" />${t(busy ? "clusters.running" : room.clusters.found.value ? "clusters.again" : "clusters.action")}
    </button>`;
}

function Found({ task, result, dataset }) {
  const map = useMemo(() => new ClusterMap(dataset.id, task), [dataset.id, task.id]);
  const { method, clusters, structure, stability, unassigned } = result;
  return html`
    <div class="analysis-facts">
      <p class="facts">
        <span>${t("clusters.found", { count: clusters })}</span>
        ${method && html`<span>${t(`clusters.method.${method}`)}</span>`}
        ${structure && html`<span>${t(`clusters.structure.${structure}`)}</span>`}
        ${stability && html`<span>${t("clusters.stability", { value: Math.round(100 * stability.mean) })}</span>`}
        <span>${t("clusters.finished", { moment: moment(task.completed_at) })}</span>
        ${result.unreadable > 0 && html`<span>${t("findings.unreadable")} ${count(result.unreadable)}</span>`}
      </p>
      <${Downloads} task=${task} name=${dataset.name} />
    </div>
    ${result.notes.map(({ code, detail }) => html`
      <${Notice} key=${code} icon="warning"><p>${has(`clusters.note.${code}`) ? t(`clusters.note.${code}`) : detail}</p><//>`)}
    ${result.candidates.length > 0 && html`<${ClusterCandidates} candidates=${result.candidates} />`}
    ${result.cards.length > 0 && html`<${ClusterMapView} map=${map} />`}
    <ul class="groups">
      ${result.cards.map((card) => html`<${ClusterCard} key=${card.cluster} card=${card} map=${map} />`)}
      ${unassigned.size > 0 && html`<${UnassignedCard} unassigned=${unassigned} map=${map} />`}
    </ul>`;
}
