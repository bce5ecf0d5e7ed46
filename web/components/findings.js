/** Findings: the result of an image analysis: overview, issues with their pictures, attributes. */

import { attributeCharts } from "../attributes.js";
import { html } from "../ui.js";
import { AttributeCharts } from "./attribute-charts.js";
import { Issues } from "./issues.js";
import { Overview } from "./overview.js";

export function Findings({ task, result }) {
  return html`
    <div class="findings">
      <${Overview} counts=${result} />
      <${Issues} key=${task.id} task=${task} result=${result} />
      <${AttributeCharts} charts=${attributeCharts(result.attributes, result.issues, task.params)} />
    </div>`;
}
