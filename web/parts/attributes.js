/** AttributesPart: how the pictures are spread over size, light, detail and colour. */

import { attributeCharts, brightnessChart } from "../attributes.js";
import { AnalysisPart } from "../components/analysis-part.js";
import { AttributeCharts } from "../components/attribute-charts.js";
import { issueCondition } from "../components/in-studio.js";
import { t } from "../language.js";
import { studioAddress } from "../studio/chosen.js";
import { html } from "../ui.js";

export function AttributesPart({ room, dataset }) {
  const leads = (issue) => studioAddress(dataset.id, issueCondition(issue));
  const charts = ({ task, result }) => attributeCharts(result.attributes, { issues: result.issues, params: task.params, leads });
  return html`
    <${AnalysisPart} room=${room} dataset=${dataset}
      soFar=${({ histograms }) => histograms && html`<${AttributeCharts} charts=${[brightnessChart(histograms.brightness)]} note=${t("findings.so_far")} />`}
      found=${(found) => html`<${AttributeCharts} id=${dataset.id} charts=${charts(found)} />`} />`;
}
