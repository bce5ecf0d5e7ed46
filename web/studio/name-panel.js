/** NamePanel: labels, splits, formats or groups with how many of them are left; each can be asked for. */

import { count } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";

const SHOWN = 8;

export function NamePanel({ studio, name }) {
  const [all, showAll] = useState(false);
  const chosen = studio.chosen.value[name]?.names ?? [];
  const rows = studio.names(name);
  const most = Math.max(...rows.map(([, total]) => total));
  const shown = all ? rows : rows.filter(([each], n) => n < SHOWN || chosen.includes(each));
  return html`
    <section class="studio-part" aria-labelledby=${`studio-${name}`}>
      <h2 id=${`studio-${name}`}>${t(`studio.by.${name}`)}</h2>
      <ul class="name-rows">
        ${shown.map(([each, total, left]) => html`
          <li key=${each ?? ""}>
            <button class="name-row" aria-pressed=${chosen.includes(each)} onClick=${() => studio.toggle(name, each)}>
              <span class="name-row-bar" aria-hidden="true" style=${{ width: `${(100 * left) / most}%` }}></span>
              <span>${nameOf(name, each)}</span><b>${count(left)}</b>
            </button>
          </li>`)}
      </ul>
      ${rows.length > SHOWN && html`
        <button class="button quiet" onClick=${() => showAll(!all)}>${all ? t("studio.fewer") : t("studio.all", { count: rows.length })}</button>`}
    </section>`;
}

/** How people call what is asked for. */
export function nameOf(kind, name) {
  if (name === null) return t(`studio.none.${kind}`);
  return kind === "group" ? t("clusters.name", { number: name }) : visible(name);
}
