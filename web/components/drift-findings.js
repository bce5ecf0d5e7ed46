/** DriftFindings: the verdict, what differs by strength, and the pictures, labels and groups that it shows in. */

import { moment } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { Downloads } from "./downloads.js";
import { DriftAttributes } from "./drift-attributes.js";
import { DriftGroups } from "./drift-groups.js";
import { DriftLabels } from "./drift-labels.js";
import { DriftTypical } from "./drift-typical.js";
import { DriftVerdict } from "./drift-verdict.js";

/** `names` are those of the two sides. */
export function DriftFindings({ task, result, names }) {
  return html`
    <div class="analysis-facts">
      <p class="facts"><span>${t("drift.finished", { target: visible(names.current), moment: moment(task.completed_at) })}</span></p>
      <${Downloads} task=${task} name=${names.reference} />
    </div>
    <${DriftVerdict} result=${result} target=${names.current} />
    ${result.attributes.length > 0 && html`<${DriftAttributes} result=${result} names=${names} />`}
    ${result.looks && html`
      <${DriftTypical} looks=${result.looks} names=${names} />
      <${DriftGroups} looks=${result.looks} names=${names} />`}
    ${result.labels.length > 0 && html`<${DriftLabels} labels=${result.labels} names=${names} />`}`;
}
