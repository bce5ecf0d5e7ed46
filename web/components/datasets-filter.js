/** DatasetsFilter: which datasets are shown, by their names, and in which order. */

import { t } from "../language.js";
import { html } from "../ui.js";

/** The first is the server's own. */
const SORTS = { "-created": "newest", name: "name", "-size": "largest", "-running": "running" };

export function DatasetsFilter({ list }) {
  const { q, sort } = list.asked.value;
  return html`
    <div class="datasets-filter" role="search">
      <input class="input" type="search" maxlength="200" autocomplete="off" aria-label=${t("datasets.search")}
        placeholder=${t("datasets.search")} value=${q} onInput=${(event) => list.choose("q", event.target.value)} />
      <select class="select" aria-label=${t("datasets.by_sort")} value=${sort}
        onChange=${(event) => list.choose("sort", event.target.value)}>
        ${Object.entries(SORTS).map(([name, word], place) => html`
          <option key=${name} value=${place ? name : ""} selected=${(place ? name : "") === sort}>${t(`datasets.sort.${word}`)}</option>`)}
      </select>
    </div>`;
}
