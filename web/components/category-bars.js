/** CategoryBars: the shares of both sides of each category, one bar below the other. */

import { figure, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";

const SHOWN = 12;
const COLUMNS = ["name", "reference", "current"];

/** `categories` are counts of both sides; those that differ most come first. */
export function CategoryBars({ name: of, title, categories, names }) {
  const sums = { reference: sumOf(categories, "reference"), current: sumOf(categories, "current") };
  const parts = categories.map((each) => ({ ...each, shares: [each.reference / sums.reference, each.current / sums.current] }));
  const most = Math.max(...parts.flatMap(({ shares }) => shares));
  const ordered = parts.sort((one, other) => apart(other) - apart(one));
  return html`
    <div>
      <table class="category-bars">
        <thead class="unseen"><tr><th scope="col">${t("drift.attribute")}</th>
          <th scope="col">${visible(names.reference)}</th><th scope="col">${visible(names.current)}</th></tr></thead>
        <tbody>
          ${ordered.slice(0, SHOWN).map(({ name, shares, reference, current }) => html`
            <tr key=${name}>
              <th scope="row">${visible(name)}</th>
              <${Bar} side="reference" part=${shares[0]} of=${most} count=${reference} />
              <${Bar} side="current" part=${shares[1]} of=${most} count=${current} />
            </tr>`)}
        </tbody>
      </table>
      <${CsvButton} name=${`drift-${of}`} title=${title} columns=${COLUMNS} rows=${() => ordered.map(({ name, reference, current }) => [name, reference, current])} />
      ${ordered.length > SHOWN && html`<p class="hint">${t("drift.more_categories", { count: ordered.length - SHOWN })}</p>`}
    </div>`;
}

function Bar({ side, part, of, count }) {
  return html`<td title=${figure(count)}><span class=${`category-bar ${side}`} style=${{ width: `${(70 * part) / of}%` }}></span>${share(part)}</td>`;
}

function sumOf(categories, side) {
  return Math.max(1, categories.reduce((sum, each) => sum + each[side], 0));
}

function apart({ shares: [one, other] }) {
  return Math.abs(one - other);
}
