/** DriftChoice: which dataset to compare with, and the button that does it. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";

export function DriftChoice({ room }) {
  const [chosen, choose] = useState("");
  if (!creates()) return null;
  const targets = room.targets.value;
  if (targets.length === 0) return html`<p class="hint">${t("drift.no_other")}</p>`;
  const shown = targets.find(({ id }) => id === room.found.value?.task.target_id) ?? targets[0];
  const target = chosen || shown.id;
  const submit = (event) => {
    event.preventDefault();
    if (!room.submitting.value) room.compare(target);
  };
  return html`
    <form class="page-tools drift-choice" onSubmit=${submit}>
      <label class="field">${t("drift.with")}
        <select class="select" value=${target} onChange=${(event) => choose(event.target.value)}>
          ${targets.map(({ id, name }) => html`<option key=${id} value=${id} selected=${id === target}>${visible(name)}</option>`)}
        </select>
      </label>
      <button class="button primary" aria-disabled=${room.submitting.value}><${Icon} name="play" />${t("drift.action")}</button>
    </form>`;
}
