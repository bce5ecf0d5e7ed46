/** AnalysisOutcome: what is known of a dataset: its findings, those so far, or that there are none yet. */

import { t } from "../language.js";
import { html } from "../ui.js";
import { AnalysisFacts } from "./analysis-facts.js";
import { Findings } from "./findings.js";
import { LiveFindings } from "./live-findings.js";
import { Notice, ProblemNotice } from "./notice.js";

export function AnalysisOutcome({ room, dataset }) {
  const live = room.analysing.value;
  const found = room.found.value;
  if (live) return html`<${LiveFindings} live=${live} />`;
  if (room.resultProblem.value) {
    return html`<${ProblemNotice} problem=${room.resultProblem.value} title=${t("findings.failed")}
      retry=${() => room.loadResult()} />`;
  }
  if (found) {
    const watched = room.watched.value.some((each) => each.task.value.id === found.task.id);
    return html`
      <${AnalysisFacts} ...${found} room=${room} dataset=${dataset} watched=${watched} />
      <${Findings} task=${found.task} result=${found.result} />`;
  }
  if (found === undefined) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`<${NothingYet} dataset=${dataset} />`;
}

function NothingYet({ dataset }) {
  if (dataset.items === 0) {
    return html`<${Notice} icon="picture" title=${t("dataset.empty")}><p>${t("dataset.empty_help")}</p><//>`;
  }
  return html`<${Notice} icon="chart" title=${t("analyse.never")}><p>${t("analyse.never_help")}</p><//>`;
}
