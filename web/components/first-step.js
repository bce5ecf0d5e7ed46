/** FirstStep: how to begin where there is no dataset yet: by hand, by a sample, from a terminal. */

import { t } from "../language.js";
import { creates } from "../session.js";
import { html } from "../ui.js";
import { CommandLine } from "./command-line.js";
import { CreateDataset } from "./create-dataset.js";

const STEPS = ["create", "fill", "analyse"];

export function FirstStep({ list }) {
  if (!creates()) return html`<${NothingShared} />`;
  return html`
    <div class="first-step">
      <h1>${t("datasets.empty")}</h1>
      <p class="lead">${t("datasets.empty_help")}</p>
      <ol class="first-steps">
        ${STEPS.map((step) => html`
          <li key=${step}><b>${t(`datasets.step.${step}`)}</b> <span>${t(`datasets.step_help.${step}`)}</span></li>`)}
      </ol>
      <${CreateDataset} create=${(name) => list.create(name)} />
      <p>${t("datasets.empty_demo")}</p>
      <${CommandLine} line="make demo" />
      <p>${t("datasets.empty_curl")}</p>
      <${CommandLine} line=${curlLine()} />
    </div>`;
}

function NothingShared() {
  return html`
    <div class="first-step">
      <h1>${t("datasets.empty")}</h1>
      <p class="lead">${t("datasets.empty_viewer")}</p>
    </div>`;
}

function curlLine() {
  return [
    'curl -H "Authorization: Bearer $(cat .local/token)"',
    "--json '{\"name\": \"holiday\", \"kind\": \"image\"}'",
    `${location.origin}/api/v1/datasets`,
  ].join(" ");
}
