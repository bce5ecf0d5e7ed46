/** SpokenProgress: what a screen reader says of a task: a few times while it runs, and once at its end. */

import { percent } from "../format.js";
import { t } from "../language.js";
import { countedOf, isActive, stateOf, typeTitle } from "../task-state.js";
import { html, useEffect, useRef, useState } from "../ui.js";

const QUIET_MS = 10_000;
const BEGIN_MS = 1_000;

export function SpokenProgress({ task }) {
  const [said, say] = useState("");
  const newest = useRef(task);
  newest.current = task;
  const active = isActive(task);
  useEffect(() => {
    const speak = () => say(wordsOf(newest.current));
    if (!active) {
      speak();
      return undefined;
    }
    const first = setTimeout(speak, BEGIN_MS);
    const later = setInterval(speak, QUIET_MS);
    return () => {
      clearTimeout(first);
      clearInterval(later);
    };
  }, [active]);
  return html`<p class="unseen" aria-live="polite">${said}</p>`;
}

function wordsOf(task) {
  const facts = { title: typeTitle(task.type), state: stateOf(task).word, percent: percent(task.progress) };
  return [t("progress.say", facts), countedOf(task.metadata)].filter(Boolean).join(" ");
}
