/** HealthParts: what costs a dataset points, how many, and by which formula. */

import { figure, share } from "../format.js";
import { has, t } from "../language.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";

const COLUMNS = ["part", "share", "points_lost", "weight"];

export function HealthParts({ health, untold }) {
  return html`
    <section aria-labelledby="eda-health">
      <div class="section-head">
        <h3 id="eda-health">${t("eda.health")}</h3>
        <${CsvButton} name="health" title=${t("eda.health")} columns=${COLUMNS} rows=${() => health.parts.map(cellsOf)} />
      </div>
      <table class="told" aria-labelledby="eda-health">
        <thead><tr>
          <th scope="col">${t("eda.part")}</th>
          <th scope="col">${t("eda.share")}</th>
          <th scope="col">${t("eda.lost")}</th>
        </tr></thead>
        <tbody>${health.parts.map((part) => html`<${Row} key=${part.name} ...${part} why=${untold[part.name]} />`)}</tbody>
      </table>
      <p class="hint">${t("eda.formula")}</p>
    </section>`;
}

function cellsOf({ name, share: part, points_lost: lost, weight }) {
  return [name, part, lost, weight];
}

function Row({ name, share: part, weight, points_lost: lost, why }) {
  return html`
    <tr>
      <th scope="row">${t(`eda.part.${name}`)}</th>
      <td>${part === null ? whyNot(why) : share(part)}</td>
      <td>${lost === null ? "–" : t("eda.points", { lost: figure(lost), weight: figure(weight) })}</td>
    </tr>`;
}

function whyNot(why) {
  return has(`eda.why.${why}`) ? t(`eda.why.${why}`) : "–";
}
