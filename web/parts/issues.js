/** IssuesPart: which issues there are, and the pictures that have the chosen one. */

import { AnalysisPart } from "../components/analysis-part.js";
import { Issues, IssuesSoFar } from "../components/issues.js";
import { visits } from "../router.js";
import { html } from "../ui.js";

export function IssuesPart({ room, dataset }) {
  return html`
    <${AnalysisPart} room=${room} dataset=${dataset} soFar=${(counts) => html`<${IssuesSoFar} counts=${counts} />`}
      found=${(found) => html`<${Issues} key=${`${found.task.id} ${visits.value}`} ...${found} />`} />`;
}
