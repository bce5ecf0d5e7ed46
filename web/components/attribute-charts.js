/** AttributeCharts: how the pictures are spread over size, light, detail and colour. */

import { Histogram } from "../charts/histogram.js";
import { t } from "../language.js";
import { studioAddress } from "../studio/chosen.js";
import { html } from "../ui.js";

/** `note` stands beside the heading; with the `id` of the dataset, bars lead to their pictures. */
export function AttributeCharts({ id, charts, note }) {
  if (charts.length === 0) return null;
  return html`
    <section aria-labelledby="attributes">
      <h2 id="attributes">${t("findings.attributes")}${note && html` <small>${note}</small>`}</h2>
      <div class="charts">${charts.map((chart) => html`<${Histogram} key=${chart.name} ...${chart} leads=${id && leadsOf(id, chart)} />`)}</div>
    </section>`;
}

function leadsOf(id, { name, edges }) {
  return (first, last) => studioAddress(id, { [name]: { from: edges[first], to: edges[last + 1] } });
}
