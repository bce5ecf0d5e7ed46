/** AnalysisPart: a part of what an image analysis found, or has found so far, or that there is none yet. */

import { t } from "../language.js";
import { html, useEffect } from "../ui.js";
import { AnalysisFacts } from "./analysis-facts.js";
import { EmptyNotice } from "./empty-notice.js";
import { Notice, ProblemNotice } from "./notice.js";

/** `found({task, result})` shows a result, `soFar(counts)` what is counted while the work runs. */
export function AnalysisPart({ room, dataset, found, soFar }) {
  const newest = room.analysis;
  useEffect(() => {
    newest.want();
  }, [newest]);
  const live = room.analysing.value;
  const known = newest.found.value;
  if (live) {
    const counts = live.preview.value;
    return html`<div class="findings">${counts ? soFar(counts) : html`<p class="patience">${t("findings.pending")}</p>`}</div>`;
  }
  if (newest.problem.value) {
    return html`<${ProblemNotice} problem=${newest.problem.value} title=${t("findings.failed")} retry=${() => newest.load()} />`;
  }
  if (known) {
    const watched = room.watched.value.some((each) => each.task.value.id === known.task.id);
    return html`
      <${AnalysisFacts} ...${known} room=${room} dataset=${dataset} watched=${watched} />
      <div class="findings">${found(known)}</div>`;
  }
  if (known === undefined) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  if (dataset.items === 0) return html`<${EmptyNotice} />`;
  return html`<${Notice} icon="chart" title=${t("analyse.never")}><p>${t("analyse.never_help")}</p><//>`;
}
