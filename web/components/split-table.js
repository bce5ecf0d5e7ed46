/** SplitTable: how large splits are, how their labels differ from the largest one's, and what leaks. */

import { count, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";
import { FigureLink } from "./figure-link.js";

const COLUMNS = ["split", "pictures", "share", "leaked", "label_difference", "unseen_labels"];

/** `leads(name)` is the address of the pictures of a split, null of those in none. */
export function SplitTable({ splits, labels, leads }) {
  const compared = labels.different > 0;
  return html`
    <section aria-labelledby="eda-splits">
      <div class="section-head">
        <h3 id="eda-splits">${t("eda.splits")} <small>${count(splits.different)}</small></h3>
        <${CsvButton} name="splits" title=${t("eda.splits")} columns=${COLUMNS} rows=${() => splits.shown.map(cellsOf)} />
      </div>
      <div class="wide-table" tabindex="0" role="group" aria-labelledby="eda-splits">
        <table class="told">
          <thead><tr>
            <th scope="col">${t("items.by_split")}</th>
            <th scope="col">${t("chart.count")}</th>
            <th scope="col">${t("eda.share")}</th>
            <th scope="col">${t("eda.leaked")}</th>
            ${compared && html`<th scope="col">${t("eda.difference")}</th><th scope="col">${t("eda.unseen")}</th>`}
          </tr></thead>
          <tbody>${splits.shown.map((split) => html`<${Row} key=${split.name} split=${split} compared=${compared} leads=${leads} />`)}</tbody>
        </table>
      </div>
      <p class="facts">
        ${splits.unnamed > 0 && html`<span><${FigureLink} to=${leads(null)}>${t("eda.unnamed", { count: splits.unnamed })}<//></span>`}
        ${compared && splits.different > 1 && html`<span>${t("eda.difference_help", { name: visible(splits.shown[0].name) })}</span>`}
      </p>
    </section>`;
}

function cellsOf({ name, items, share: part, leaked, shift }) {
  return [name, items, part, leaked, shift?.difference, shift?.unseen_labels];
}

function Row({ split: { name, items, share: part, leaked, shift }, compared, leads }) {
  return html`
    <tr>
      <th scope="row">${visible(name)}</th>
      <td><${FigureLink} to=${leads(name)}>${count(items)}<//></td>
      <td>${share(part)}</td>
      <td>${count(leaked)}</td>
      ${compared && html`<td>${shift ? share(shift.difference) : "–"}</td><td>${shift ? count(shift.unseen_labels) : "–"}</td>`}
    </tr>`;
}
