/** ClusterCandidates: what was tried, with its scores, and why one of them was chosen. */

import { count, score, share } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";

const COLUMNS = ["method", "clusters", "silhouette", "density_validity", "unassigned", "chosen"];

export function ClusterCandidates({ candidates }) {
  return html`
    <details>
      <summary>${whyOf(candidates)}</summary>
      <div class="chart-table cluster-candidates" tabindex="0" role="region" aria-label=${t("clusters.tried")}>
        <table>
          <thead><tr>
            <th scope="col">${t("clusters.method")}</th>
            <th scope="col">${t("clusters.count")}</th>
            <th scope="col">${t("clusters.silhouette")}</th>
            <th scope="col">${t("clusters.validity")}</th>
            <th scope="col">${t("clusters.unassigned")}</th>
          </tr></thead>
          <tbody>${candidates.map((each, place) => html`<${Row} key=${place} ...${each} />`)}</tbody>
        </table>
      </div>
      <${CsvButton} name="candidates" title=${t("clusters.tried")} columns=${COLUMNS} rows=${() => candidates.map((each) => COLUMNS.map((name) => each[name]))} />
    </details>`;
}

function Row({ method, clusters, silhouette, density_validity: validity, unassigned, chosen }) {
  return html`
    <tr>
      <th scope="row">${t(`clusters.method.${method}`)}${chosen && html` <b>${t("clusters.chosen")}</b>`}</th>
      <td>${count(clusters)}</td>
      <td>${silhouette === null ? "–" : score(silhouette)}</td>
      <td>${score(validity)}</td>
      <td>${share(unassigned)}</td>
    </tr>`;
}

function whyOf(candidates) {
  const chosen = candidates.find((each) => each.chosen);
  if (!chosen || candidates.length === 1) return t("clusters.why.asked");
  return t(`clusters.why.${chosen.method}`, {
    tried: candidates.length,
    silhouette: chosen.silhouette === null ? "–" : score(chosen.silhouette),
    validity: score(chosen.density_validity),
  });
}
