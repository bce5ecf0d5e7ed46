/** ConditionChips: what is asked for, each with a way to take it back, and how many pictures are left. */

import { attributeScale } from "../attributes.js";
import { score } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { nameOf } from "./name-panel.js";
import { ITEMS, LASSO } from "./studio-room.js";

export function ConditionChips({ studio }) {
  const chosen = Object.entries(studio.chosen.value);
  return html`
    <div class="chips">
      <p class="chips-count" role="status">${t("studio.left", { count: studio.wanted.value.length, total: studio.count })}</p>
      ${chosen.length > 0 && html`
        <ul class="chip-list" aria-label=${t("studio.conditions")}>
          ${chosen.map(([name, condition]) => html`
            <li key=${name}><button class="chip" onClick=${() => studio.choose(name, null)} aria-label=${t("studio.take_back", { condition: wordsOf(name, condition) })}>
              ${wordsOf(name, condition)}<${Icon} name="cross" />
            </button></li>`)}
        </ul>
        <button class="button quiet" onClick=${() => studio.clear()}>${t("studio.clear")}</button>`}
    </div>`;
}

function wordsOf(name, { from, to, names }) {
  if (name === LASSO) return t("studio.lasso");
  if (name === ITEMS) return t("studio.items", { count: names.length });
  if (names) return names.map((each) => nameOf(name, each)).join(", ");
  if (name.startsWith("issue.")) return to < 1 ? `${t(name)} < ${score(to)}` : t(name);
  const { show } = attributeScale(name);
  return `${t(`attribute.${name}`)} ${show(from)} – ${show(to)}`;
}
