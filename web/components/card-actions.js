/** CardActions: starts an analysis of a dataset from its card; one that runs already says so. */

import { runningOn } from "../active-tasks.js";
import { has, t } from "../language.js";
import { visible } from "../text.js";
import { computed, html, useMemo, useState } from "../ui.js";

const TYPES = ["image_analysis", "eda", "clustering"];

export function CardActions({ dataset, list, labelledBy }) {
  // what was just started is in the dataset before the stream tells of it
  const running = useMemo(() => computed(() => typesOf([...dataset.running, ...runningOn(dataset)])), [dataset]).value.split(" ");
  const [asking, setAsking] = useState(null);
  const [note, setNote] = useState(null);
  const start = async (type) => {
    setAsking(type);
    setNote(null);
    try {
      const { cached } = await list.start(dataset.id, type);
      if (cached) setNote({ words: t("card.cached", { title: t(`type.${type}`) }) });
    } catch (problem) {
      setNote({ bad: true, words: wordsOf(problem) });
    }
    setAsking(null);
  };
  return html`
    <div class="card-actions" role="group" aria-label=${t("card.actions")} aria-describedby=${labelledBy}>
      ${TYPES.map((type) => html`
        <${Action} key=${type} type=${type} empty=${dataset.items === 0} start=${start}
          busy=${asking === type || running.includes(type)} />`)}
    </div>
    ${note && html`<p class=${note.bad ? "card-note bad" : "card-note"} role=${note.bad ? "alert" : "status"}>${note.words}</p>`}`;
}

/** As one text, which is the same while tasks only move. */
function typesOf(tasks) {
  return tasks.map(({ type }) => type).join(" ");
}

// a disabled button would lose the focus of whoever has just pressed it
function Action({ type, busy, empty, start }) {
  const idle = busy || empty;
  const why = busy ? t("card.runs_already") : empty ? t("analyse.nothing") : undefined;
  return html`
    <button class="button" aria-disabled=${idle} title=${why} onClick=${() => idle || start(type)}>
      ${t(busy ? `doing.${type}` : `card.start.${type}`)}
    </button>`;
}

function wordsOf(problem) {
  if (problem.status === 0) return t("problem.unreachable");
  return has(`not_retried.${problem.code}`) ? t(`not_retried.${problem.code}`) : visible(problem.detail);
}
