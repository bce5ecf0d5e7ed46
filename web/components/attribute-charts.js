/** AttributeCharts: how the pictures are spread over size, light, detail and colour. */

import { Histogram } from "../charts/histogram.js";
import { t } from "../language.js";
import { html } from "../ui.js";

/** `note` stands beside the heading. */
export function AttributeCharts({ charts, note }) {
  if (charts.length === 0) return null;
  return html`
    <section aria-labelledby="attributes">
      <h2 id="attributes">${t("findings.attributes")}${note && html` <small>${note}</small>`}</h2>
      <div class="charts">${charts.map((chart) => html`<${Histogram} key=${chart.name} ...${chart} />`)}</div>
    </section>`;
}
