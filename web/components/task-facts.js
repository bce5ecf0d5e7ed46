/** TaskFacts: how many of how many, how fast, and an honest range for the rest; or how long it has taken. */

import { duration, rate, remaining } from "../format.js";
import { t } from "../language.js";
import { countedOf, isActive } from "../task-state.js";
import { html } from "../ui.js";

const NOTHING = " ";

export function TaskFacts({ task }) {
  const told = task.metadata;
  return html`
    <p class="task-facts">
      <span>${task.status === "pending" ? placeInLine(told) : (countedOf(told) ?? NOTHING)}</span>
      <span>${told.rate ? rate(told.rate, told.unit) : NOTHING}</span>
      <span>${isActive(task) ? (startsIn(told) ?? left(told)) : taken(task)}</span>
    </p>`;
}

function placeInLine({ position }) {
  if (!position || position < 2) return t("progress.waiting_first");
  return t("progress.waiting_behind", { count: position - 1 });
}

function startsIn({ position, starts_in_low_seconds: low, starts_in_high_seconds: high }) {
  if (position === null) return null;
  return high === null ? t("progress.no_worker") : t("progress.starts_in", { time: remaining(low, high) });
}

function left({ eta_low_seconds: low, eta_high_seconds: high }) {
  return high === null ? NOTHING : t("progress.left", { time: remaining(low, high) });
}

function taken({ started_at: from, completed_at: to }) {
  if (!from || !to) return NOTHING;
  return t("progress.taken", { time: duration((new Date(to) - new Date(from)) / 1000) });
}
