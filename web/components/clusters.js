/** Clusters: groups of pictures that look alike, why there are so many, and how to look for them. */

import { ClusterMap, GROUP } from "../cluster-map.js";
import { CLUSTERING } from "../newest-result.js";
import { count, moment } from "../format.js";
import { Icon } from "../icons.js";
import { has, t } from "../language.js";
import { creates } from "../session.js";
import { isActive } from "../task-state.js";
import { html, useMemo, useState } from "../ui.js";
import { ClusterCard, UnassignedCard } from "./cluster-card.js";
import { ClusterCandidates } from "./cluster-candidates.js";
import { ClusterMapView } from "./cluster-map-view.js";
import { Downloads } from "./downloads.js";
import { MoreGroups } from "./more-groups.js";
import { Notice, ProblemNotice } from "./notice.js";

/** Groups whose cards are there from the start. */
const FIRST = 6;

export function Clusters({ room, dataset }) {
  const { found, problem } = room.clusters;
  return html`
    <section class="clusters" aria-labelledby="clusters">
      <div class="analysis-facts">
        <h2 id="clusters">${t("clusters.title")}</h2>
        ${creates() && html`<${GroupButton} room=${room} />`}
      </div>
      ${problem.value && html`
        <${ProblemNotice} problem=${problem.value} title=${t("findings.failed")} retry=${() => room.clusters.load()} />`}
      ${found.value && html`<${Found} ...${found.value} dataset=${dataset} />`}
      ${found.value === undefined && !problem.value && html`<p class="patience" role="status">${t("site.loading")}</p>`}
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
    ${result.cards.length > 0 && html`<${ClusterMapView} map=${map} result=${result} />`}
    <${Cards} cards=${result.cards} unassigned=${unassigned} map=${map} />`;
}

/** The largest groups, and the one that is chosen on the map. */
function Cards({ cards, unassigned, map }) {
  const [all, showAll] = useState(false);
  const chosen = map.chosen.value;
  const shown = cards.filter(({ cluster }, n) => all || n < FIRST || (chosen?.by === GROUP && chosen.place === cluster));
  return html`
    <ul class="groups">
      ${shown.map((card) => html`<${ClusterCard} key=${card.cluster} card=${card} map=${map} />`)}
      ${unassigned.size > 0 && html`<${UnassignedCard} unassigned=${unassigned} map=${map} />`}
    </ul>
    <${MoreGroups} count=${cards.length - shown.length} show=${() => showAll(true)} />`;
}
