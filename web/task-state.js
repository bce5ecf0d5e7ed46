/** The state of a task in the words of its watchers: one of seven, each with icon, word and colour. */

import { has, t } from "./language.js";

const ICONS = {
  waiting: "clock",
  running: "running",
  cancelling: "stop",
  completed: "check",
  partial: "warning",
  failed: "cross",
  cancelled: "stop",
};

export function isActive(task) {
  return task.status === "pending" || task.status === "in_progress";
}

/** `{name, word, icon}`; the name is also the class that gives the colour. */
export function stateOf(task, cancelAsked = false) {
  const name = nameOf(task, cancelAsked);
  return { name, word: t(`state.${name}`), icon: ICONS[name] };
}

/** A title in the page's language, or as the server says it. */
export function stageTitle(type, stage) {
  const key = `stage.${type}.${stage.name}`;
  return has(key) ? t(key) : stage.title;
}

/** waiting | running | completed; a task that ended early left one of its stages stopped and others skipped. */
export function stageStateOf(task, { state }) {
  if (isActive(task) || state === "completed") return state;
  return state === "waiting" ? "skipped" : "stopped";
}

/** Whether it ended early, or has set something aside. */
export function isRetryable({ status, partial }) {
  return status === "failed" || status === "cancelled" || partial;
}

/** Why it could not be cancelled: one who may not, or a line that was lost. */
export function whyNotCancelled({ status }) {
  return t(status === 401 || status === 403 ? "progress.cancel_refused" : "progress.cancel_failed");
}

/** Why a retry was refused; a general word where that is new. */
export function whyNotRetried({ code }) {
  const key = `not_retried.${code}`;
  return has(key) ? t(key) : t("not_retried.any");
}

export function typeTitle(type) {
  const key = `type.${type}`;
  return has(key) ? t(key) : type.replaceAll("_", " ");
}

/** "400 of 612 images (8 more known already)", or null where the stage counts nothing. */
export function countedOf({ done, total, known, unit }) {
  if (!total || !unit) return null;
  const key = `done.${unit}`;
  const counted = has(key) ? t(key, { done, total }) : `${t("done.any", { done, total })} ${unit}`;
  return known ? `${counted} ${t("done.known", { count: known })}` : counted;
}

/** What a person may do about an error code; a general word where the code is new. */
export function adviceFor(code) {
  const key = `advice.${code}`;
  return has(key) ? t(key) : t("advice.any");
}

function nameOf(task, cancelAsked) {
  if (isActive(task) && (cancelAsked || task.metadata.cancelling)) return "cancelling";
  if (task.status === "pending") return "waiting";
  if (task.status === "in_progress") return "running";
  return task.status === "completed" && task.partial ? "partial" : task.status;
}
