/** TaskProgress: a task while it runs and how it ended: bar, stages, count, rate, time left, cancel. */

import { count, percent, rate, remaining } from "../format.js";
import { t } from "../language.js";
import { adviceFor, countedOf, isActive, stageTitle, stateOf, typeTitle } from "../task-state.js";
import { visible } from "../text.js";
import { html, useEffect, useState } from "../ui.js";
import { StateMark } from "./state-mark.js";

const SAY_EVERY_MS = 5_000;

export function TaskProgress({ live }) {
  const task = live.task.value;
  const title = typeTitle(task.type);
  return html`
    <section class=${`task-progress ${stateOf(task).name}`} aria-label=${t("progress.label", { title })}>
      <header class="task-head">
        <h2>${title}</h2>
        <${StateMark} task=${task} cancelAsked=${live.cancelAsked.value} />
        <${Connection} live=${live} />
        <span class="task-percent">${percent(task.progress)}</span>
        ${isActive(task) && html`<${Cancel} live=${live} />`}
      </header>
      <div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${Math.floor(task.progress)} aria-label=${t("progress.label", { title })}>
        <span style=${{ width: `${task.progress}%` }}></span>
      </div>
      <${Facts} task=${task} />
      <${Stages} task=${task} />
      <${Ending} live=${live} task=${task} />
      <${Spoken} task=${task} title=${title} />
    </section>`;
}

function Connection({ live }) {
  const name = live.connection.value;
  if (name === "closed") return null;
  return html`<span class=${`connection ${name}`}>${t(`progress.connection.${name}`)}</span>`;
}

function Cancel({ live }) {
  const asked = live.cancelAsked.value || live.task.value.metadata.cancelling;
  return html`
    <button class="button quiet" disabled=${asked} onClick=${() => live.cancel()}>
      ${asked ? t("state.cancelling") : t("progress.cancel")}
    </button>`;
}

function Facts({ task }) {
  const told = task.metadata;
  return html`
    <p class="task-facts">
      <span>${task.status === "pending" ? waiting(told) : (countedOf(told) ?? " ")}</span>
      <span>${told.rate ? rate(told.rate) : " "}</span>
      <span>${told.eta_high_seconds === null ? " " : left(told)}</span>
    </p>`;
}

function waiting({ position }) {
  if (!position || position < 2) return t("progress.waiting_first");
  return t("progress.waiting_behind", { count: position - 1 });
}

function left({ eta_low_seconds: low, eta_high_seconds: high }) {
  return t("progress.left", { time: remaining(low, high) });
}

function Stages({ task }) {
  return html`
    <ol class="stages" aria-label=${t("progress.stages")}>
      ${task.metadata.stages.map((stage) => html`
        <li key=${stage.name} class=${stage.state}>
          <span>${stageTitle(task.type, stage)}</span>
          <span class="stage-state">
            ${stage.state === "completed" && stage.unit ? count(stage.done) : t(`progress.stage.${stage.state}`)}
          </span>
        </li>`)}
    </ol>`;
}

function Ending({ live, task }) {
  const { set_aside: aside } = task.metadata;
  return html`
    ${aside > 0 && html`<p class="task-note">${t("progress.set_aside", { count: aside })}</p>`}
    ${live.cancelProblem.value && html`<p class="task-note bad" role="alert">${t("progress.cancel_failed")}</p>`}
    ${task.status === "cancelled" && html`<p class="task-note">${t("progress.cancelled_help")}</p>`}
    ${task.error && html`
      <p class="task-note bad" role="alert">${visible(task.error.detail)} ${adviceFor(task.error.code)}</p>`}`;
}

/** What a screen reader says: every few seconds while it runs, and once at the end. */
function Spoken({ task, title }) {
  const [said, say] = useState("");
  const words = t("progress.say", {
    title,
    state: stateOf(task).word,
    percent: percent(task.progress),
    counted: countedOf(task.metadata) ?? "",
  });
  useEffect(() => {
    const timer = setTimeout(() => say(words), isActive(task) ? SAY_EVERY_MS : 0);
    return () => clearTimeout(timer);
  }, [isActive(task) ? Math.floor(task.progress / 10) : words]);
  return html`<p class="unseen" aria-live="polite">${said}</p>`;
}
