/** CardResults: what was found in a dataset last, in one line: its health, its groups, its most frequent issues. */

import { count } from "../format.js";
import { has, t } from "../language.js";
import { html } from "../ui.js";

const SHOWN = 3;
/** Keeps the line's height while nothing is known. */
const NOTHING = "\u00a0";

export function CardResults({ dataset: { analyses, items } }) {
  const words = analyses ? wordsOf(Object.fromEntries(analyses.map((each) => [each.type, each]))) : [];
  const none = analyses && items > 0 && words.length === 0;
  const line = none ? t("analyse.never") : words.join(" · ");
  return html`<p class="card-results" title=${line}>${line || NOTHING}</p>`;
}

function wordsOf({ eda, clustering, image_analysis: images }) {
  const { health } = eda?.found ?? {};
  const { groups } = clustering?.found ?? {};
  return [
    health !== undefined && t("card.health", { value: Math.round(health) }),
    groups > 0 && t("card.groups", { count: groups }),
    ...issueWords(images),
  ].filter(Boolean);
}

function issueWords({ found, task_id: task, standing } = {}) {
  const issues = Object.entries(found ?? {}).filter(([name]) => has(`issue.${name}`));
  if (issues.length === 0) return task && standing !== "running" ? [t("card.no_issues")] : [];
  const most = issues.sort(([, one], [, other]) => other - one).slice(0, SHOWN);
  return most.map(([name, times]) => `${t(`issue.${name}`)} ${count(times)}`);
}
