/** ExplorationFound: the result of an exploration, from the whole to its parts. */

import { SizeMap } from "../charts/size-map.js";
import { Timeline } from "../charts/timeline.js";
import { moment } from "../format.js";
import { t } from "../language.js";
import { studioAddress } from "../studio/chosen.js";
import { html } from "../ui.js";
import { CopyGroups } from "./copy-groups.js";
import { Downloads } from "./downloads.js";
import { EdaFigures } from "./eda-figures.js";
import { HealthParts } from "./health-parts.js";
import { nameCondition } from "./in-studio.js";
import { Located } from "./located.js";
import { NameBars } from "./name-bars.js";
import { SplitTable } from "./split-table.js";

export function ExplorationFound({ task, result, dataset }) {
  const { labels, splits, untold } = result;
  const { cameras, located, taken } = result.origins;
  const leads = (kind) => (name) => studioAddress(dataset.id, nameCondition(kind, name));
  return html`
    <div class="analysis-facts">
      <p class="facts"><span>${t("eda.finished", { moment: moment(task.completed_at) })}</span></p>
      <${Downloads} task=${task} name=${dataset.name} />
    </div>
    <${EdaFigures} id=${dataset.id} result=${result} />
    <div class="charts wide">
      ${result.sizes && html`<${SizeMap} id=${dataset.id} sizes=${result.sizes} />`}
      ${taken.items > 0 && html`<${Timeline} taken=${taken} />`}
    </div>
    <div class="told-tables">
      ${result.health && html`<${HealthParts} health=${result.health} untold=${untold} />`}
      ${labels.different > 0 && html`
        <${NameBars} id="eda-labels" title=${t("eda.labels")} names=${labels} note=${balanceOf(labels.balance)} leads=${leads("label")} />`}
      ${splits.different > 0 && html`<${SplitTable} splits=${splits} labels=${labels} leads=${leads("split")} />`}
      ${cameras.different > 0 && html`<${NameBars} id="eda-cameras" title=${t("eda.cameras")} names=${cameras} />`}
    </div>
    <${CopyGroups} id="eda-conflicts" dataset=${dataset} title=${t("eda.conflicts")} found=${result.label_conflicts}
      why=${untold.label_conflicts} place="label" />
    <${CopyGroups} id="eda-leaks" dataset=${dataset} title=${t("eda.leaks")} found=${result.split_leaks}
      why=${untold.split_leaks} place="split" />
    <${Located} located=${located} />`;
}

function balanceOf(balance) {
  if (!balance) return null;
  const { imbalance_ratio: ratio, evenness, effective_classes: effective } = balance;
  return t("eda.balance", {
    ratio: Math.round(10 * ratio) / 10,
    evenness: Math.round(100 * evenness),
    effective: Math.round(10 * effective) / 10,
  });
}
