/** OverviewPart: what is in a dataset, in short: its figures, what was found last, and a first look at its pictures. */

import { AddPictures } from "../components/add-pictures.js";
import { AnalysisPart } from "../components/analysis-part.js";
import { FirstPictures } from "../components/first-pictures.js";
import { IssuesSoFar } from "../components/issues.js";
import { Overview } from "../components/overview.js";
import { GroupsInShort, HealthInShort, IssuesInShort } from "../components/results-in-short.js";
import { t } from "../language.js";
import { html, useEffect } from "../ui.js";

export function OverviewPart({ room, dataset }) {
  useEffect(() => {
    room.clusters.want();
    room.eda.want();
  }, [room]);
  const issues = room.analysis.found.value?.result.issues;
  return html`
    <div class="overview">
      <${AddPictures} room=${room} dataset=${dataset} />
      <${AnalysisPart} room=${room} dataset=${dataset} soFar=${(counts) => html`<${SoFar} counts=${counts} />`}
        found=${({ result }) => html`<${Overview} id=${dataset.id} counts=${result} />`} />
      ${dataset.items > 0 && html`
        <div class="in-short-cards">
          ${issues && !room.analysing.value && html`<${IssuesInShort} id=${dataset.id} issues=${issues} />`}
          <${HealthInShort} room=${room} />
          <${GroupsInShort} room=${room} />
        </div>
        <${FirstPictures} dataset=${dataset} />`}
    </div>`;
}

function SoFar({ counts }) {
  return html`
    <${Overview} counts=${counts} note=${t("findings.so_far")} />
    <${IssuesSoFar} counts=${counts} />`;
}
