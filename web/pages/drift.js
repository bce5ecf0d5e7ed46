/** The drift studio: whether one dataset or split differs from another, in what, and which pictures show it. */

import { DriftFindings } from "../components/drift-findings.js";
import { DriftHistory } from "../components/drift-history.js";
import { DriftSides } from "../components/drift-sides.js";
import { Notice, ProblemNotice } from "../components/notice.js";
import { TaskProgress } from "../components/task-progress.js";
import { DriftRoom } from "../drift-room.js";
import { t } from "../language.js";
import { html, useEffect, useMemo } from "../ui.js";
import { NoSuchPage } from "./dead-ends.js";

export function DriftPage() {
  const room = useMemo(() => new DriftRoom(), []);
  useEffect(() => {
    document.title = [t("drift.title"), t("site.name")].join(" – ");
    room.load();
    return () => room.stop();
  }, [room]);
  if (room.problem.value) return html`<${Trouble} room=${room} />`;
  const live = room.live.value;
  return html`
    <section class="page drift-page">
      <div class="page-head"><div class="page-title"><h1>${t("drift.title")}</h1></div></div>
      <${DriftSides} room=${room} />
      ${room.submitProblem.value && html`<${ProblemNotice} problem=${room.submitProblem.value} />`}
      ${live && html`<${TaskProgress} key=${live.task.value.id} live=${live} />`}
      <${Outcome} room=${room} />
    </section>`;
}

function Outcome({ room }) {
  const shown = room.shown.value;
  const { reference, current } = room.sides.value;
  if (shown) {
    return html`
      <div class="findings">
        <${DriftFindings} key=${shown.task.id} ...${shown} names=${{ reference: room.nameOf(reference), current: room.nameOf(current) }} />
        <${DriftHistory} room=${room} />
      </div>`;
  }
  if (room.recallProblem.value) {
    return html`<${ProblemNotice} problem=${room.recallProblem.value} title=${t("findings.failed")} retry=${() => room.recall()} />`;
  }
  if (room.comparable.value && room.history.value === undefined) {
    return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  }
  if (room.live.value) return null;
  const title = room.comparable.value ? t("drift.never") : t("drift.choose_both");
  return html`<${Notice} icon="chart" title=${title}><p>${t("drift.never_help")}</p><//>`;
}

function Trouble({ room }) {
  const problem = room.problem.value;
  if (problem.status === 404) return html`<${NoSuchPage} title=${t("dataset.missing")} />`;
  return html`
    <section class="page">
      <${ProblemNotice} problem=${problem} title=${t("dataset.failed")} retry=${() => room.load()} />
    </section>`;
}
