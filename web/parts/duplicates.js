/** DuplicatesPart: pictures that are the same, and those that nearly look it. */

import { AnalysisPart } from "../components/analysis-part.js";
import { DuplicateGroups } from "../components/duplicate-groups.js";
import { t } from "../language.js";
import { html } from "../ui.js";

const KINDS = { exact: "exact_duplicates", near: "near_duplicates" };

export function DuplicatesPart({ room, dataset }) {
  return html`
    <${AnalysisPart} room=${room} dataset=${dataset} soFar=${() => html`<p class="patience">${t("findings.pending")}</p>`}
      found=${({ result }) => Object.entries(KINDS).map(([kind, name]) => html`
        <${DuplicateGroups} key=${kind} id=${dataset.id} issue=${result.issues.find((each) => each.name === name)} found=${result.duplicates[kind]} />`)} />`;
}
