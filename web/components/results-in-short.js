/** ResultsInShort: what each analysis found last, in a card that leads to all of it. */

import { count, figure } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { partAddress } from "../parts.js";
import { creates } from "../session.js";
import { html } from "../ui.js";
import { FigureLink } from "./figure-link.js";
import { InStudio, issueCondition, nameCondition } from "./in-studio.js";
import { ProblemNotice } from "./notice.js";
import { Thumbnail } from "./thumbnail.js";

const SHOWN = 5;
const EXAMPLES = 4;

export function IssuesInShort({ id, issues }) {
  const found = issues.filter((each) => each.count > 0).sort((one, other) => other.count - one.count);
  const most = found[0]?.count;
  return html`
    <${Card} name="issues" href=${partAddress(id, "issues")} title=${t("findings.issues")}
      more=${found.length > SHOWN && t("in_short.more_issues", { count: found.length - SHOWN })}>
      ${found.length === 0 && html`<p class="hint">${t("issue.none")}</p>`}
      <ul class="in-short-rows">
        ${found.slice(0, SHOWN).map((issue) => html`
          <li key=${issue.name}>
            <span class="in-short-bar" aria-hidden="true" style=${{ width: `${(100 * issue.count) / most}%` }}></span>
            <span>${t(`issue.${issue.name}`)}</span>
            <b><${Pictures} id=${id} issue=${issue} /></b>
          </li>`)}
      </ul>
    <//>`;
}

/** Files that cannot be read are told with their reasons, all else is looked at. */
function Pictures({ id, issue }) {
  const label = t("in_short.see", { title: t(`issue.${issue.name}`), count: issue.count });
  if (issue.name === "unreadable") {
    return html`<${FigureLink} to=${`${partAddress(id, "issues")}?issue=unreadable`} label=${label}>${count(issue.count)}<//>`;
  }
  return html`<${InStudio} id=${id} chosen=${issueCondition(issue)} label=${label}>${count(issue.count)}<//>`;
}

export function HealthInShort({ room }) {
  const found = room.eda.found.value;
  const health = found?.result.health;
  const parts = health?.parts.filter((part) => part.points_lost > 0).sort((one, other) => other.points_lost - one.points_lost) ?? [];
  return html`
    <${Card} name="health" href=${partAddress(room.id, "exploration")} title=${t("eda.figure.health")} newest=${room.eda}
      never=${t("eda.never_help")} start=${creates() && { words: t("eda.action"), act: () => room.explore(), busy: room.runs("eda") }}>
      ${health && html`<p class="in-short-figure">${t("eda.of_hundred", { score: count(health.score) })}</p>`}
      <ul class="in-short-rows">
        ${parts.slice(0, SHOWN - 1).map(({ name, points_lost: lost, weight }) => html`
          <li key=${name}>
            <span class="in-short-bar" aria-hidden="true" style=${{ width: `${(100 * lost) / weight}%` }}></span>
            <span>${t(`eda.part.${name}`)}</span><b>−${figure(lost)}</b>
          </li>`)}
      </ul>
    <//>`;
}

export function GroupsInShort({ room }) {
  const found = room.clusters.found.value;
  const cards = found?.result.cards ?? [];
  return html`
    <${Card} name="groups" href=${partAddress(room.id, "groups")} title=${t("parts.groups")} newest=${room.clusters}
      never=${t("clusters.never_help")} start=${creates() && { words: t("clusters.action"), act: () => room.group(), busy: room.runs("clustering") }}
      more=${cards.length > EXAMPLES && t("in_short.more_groups", { count: cards.length - EXAMPLES })}>
      ${found && cards.length === 0 && html`<p class="hint">${t("issue.none")}</p>`}
      <ul class="in-short-groups">
        ${cards.slice(0, EXAMPLES).map((card) => html`
          <li key=${card.cluster}>
            <span>${t("clusters.name", { number: card.cluster })}</span>
            <span class="in-short-pictures" aria-hidden="true">
              ${card.examples.slice(0, EXAMPLES).map(({ item_id: id, sha256 }) => html`<${Thumbnail} key=${id} sha256=${sha256} />`)}
            </span>
            <b><${InStudio} id=${room.id} chosen=${nameCondition("group", String(card.cluster))}
              label=${t("in_short.see", { title: t("clusters.name", { number: card.cluster }), count: card.size })}>${count(card.size)}<//></b>
          </li>`)}
      </ul>
    <//>`;
}

function Card({ name, href, title, newest, never, start, more, children }) {
  const problem = newest?.problem.value;
  const unknown = newest && newest.found.value === undefined && !problem;
  const none = newest && newest.found.value === null;
  return html`
    <section class="in-short" aria-labelledby=${`in-short-${name}`}>
      <h2 id=${`in-short-${name}`}><a href=${href} data-still>${title}</a></h2>
      ${problem && html`<${ProblemNotice} problem=${problem} title=${t("findings.failed")} retry=${() => newest.load()} />`}
      ${unknown && html`<p class="hint" role="status">${t("site.loading")}</p>`}
      ${none ? html`<p class="hint">${never}</p>` : children}
      ${none && start && html`<p><button class="button" aria-disabled=${start.busy} onClick=${() => start.busy || start.act()}>
        <${Icon} name="play" />${start.words}</button></p>`}
      ${more && html`<p class="in-short-more"><a href=${href} data-still>${more}</a></p>`}
    </section>`;
}
