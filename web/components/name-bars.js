/** NameBars: how many pictures have each name, as bars beside their counts. */

import { count, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";
import { FigureLink } from "./figure-link.js";

/**
 * `names` are labels or cameras as a result tells them; `note` says more of all of them. `leads(name)`,
 * if there is one, is the address of the pictures with a name, null of those without.
 */
export function NameBars({ id, title, names, note, leads }) {
  const most = names.shown[0].items;
  return html`
    <section aria-labelledby=${id}>
      <div class="section-head">
        <h3 id=${id}>${title} <small>${count(names.different)}</small></h3>
        <${CsvButton} name=${id} title=${title} columns=${["name", "pictures", "share"]} rows=${() => names.shown.map((each) => [each.name, each.items, each.share])} />
      </div>
      ${note && html`<p class="hint">${note}</p>`}
      <table class="told" aria-labelledby=${id}>
        <thead><tr>
          <th scope="col">${t("eda.name")}</th>
          <th scope="col">${t("chart.count")}</th>
          <th scope="col">${t("eda.share")}</th>
        </tr></thead>
        <tbody>
          ${names.shown.map((each) => html`<${Bar} key=${each.name} ...${each} most=${most} leads=${leads} />`)}
        </tbody>
      </table>
      <p class="facts">
        ${names.rest.different > 0 && html`<span>${t("eda.rest", { count: names.rest.different, items: count(names.rest.items) })}</span>`}
        ${names.unnamed > 0 && html`<span><${FigureLink} to=${leads?.(null)}>${t("eda.unnamed", { count: names.unnamed })}<//></span>`}
      </p>
    </section>`;
}

function Bar({ name, items, share: part, most, leads }) {
  return html`
    <tr>
      <th scope="row">${visible(name)}</th>
      <td><span class="name-bar" style=${{ width: `${(70 * items) / most}%` }}></span><${FigureLink} to=${leads?.(name)}>${count(items)}<//></td>
      <td>${share(part)}</td>
    </tr>`;
}
