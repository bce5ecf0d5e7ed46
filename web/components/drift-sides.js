/** DriftSides: which dataset, or which split of it, is compared with which. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { creates } from "../session.js";
import { visible } from "../text.js";
import { html } from "../ui.js";

export function DriftSides({ room }) {
  const submit = (event) => {
    event.preventDefault();
    if (room.comparable.value && !room.submitting.value) room.compare();
  };
  const waits = room.submitting.value || !room.comparable.value;
  return html`
    <form class="drift-sides" onSubmit=${submit}>
      <${Side} room=${room} side="reference" />
      <button type="button" class="button quiet icon-only drift-swap" onClick=${() => room.swap()} aria-label=${t("drift.swap")}>
        <${Icon} name="swap" />
      </button>
      <${Side} room=${room} side="current" />
      ${creates() && html`
        <button class="button primary" aria-disabled=${waits}><${Icon} name="play" />${t("drift.action")}</button>`}
    </form>`;
}

function Side({ room, side }) {
  const { id, split } = room.sides.value[side];
  const splits = room.splits.value[id] ?? [];
  const offered = split && !splits.includes(split) ? [split, ...splits] : splits;
  return html`
    <fieldset class="drift-side">
      <legend><span class=${`legend-${side}`}>${t(`drift.side.${side}`)}</span></legend>
      <select class="select" aria-label=${t(`drift.dataset.${side}`)} value=${id}
        onChange=${(event) => room.choose(side, { id: event.target.value })}>
        <option value="" selected=${!id}>${t("drift.choose")}</option>
        ${room.datasets.value.map((dataset) => html`
          <option key=${dataset.id} value=${dataset.id} selected=${dataset.id === id}>${visible(dataset.name)}</option>`)}
      </select>
      ${offered.length > 0 && html`
        <select class="select" aria-label=${t(`drift.split.${side}`)} value=${split}
          onChange=${(event) => room.choose(side, { id, split: event.target.value })}>
          <option value="" selected=${!split}>${t("items.all_splits")}</option>
          ${offered.map((name) => html`<option key=${name} value=${name} selected=${name === split}>${visible(name)}</option>`)}
        </select>`}
    </fieldset>`;
}
