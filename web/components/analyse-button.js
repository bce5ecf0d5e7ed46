/** AnalyseButton: starts the analysis of a dataset; keeps the keyboard's focus while it is busy. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function AnalyseButton({ room, dataset }) {
  const busy = Boolean(room.analysing.value) || room.submitting.value;
  const idle = busy || dataset.items === 0;
  // a disabled button would lose the focus of whoever has just pressed it
  return html`
    <button class="button primary" aria-disabled=${idle} onClick=${() => idle || room.analyse()}>
      <${Icon} name="play" />${wordOf({ busy, empty: dataset.items === 0, again: room.standing.value?.task_id })}
    </button>`;
}

function wordOf({ busy, empty, again }) {
  if (empty) return t("analyse.nothing");
  if (busy) return t("analyse.running");
  return t(again ? "analyse.again" : "analyse.action");
}
