/** StudioPart: every picture by what is measured of it; what is asked for in one view narrows all. */

import { Notice, ProblemNotice } from "../components/notice.js";
import { t } from "../language.js";
import { visits } from "../router.js";
import { AttributePanel } from "../studio/attribute-panel.js";
import { ConditionChips } from "../studio/condition-chips.js";
import { StudioIssues } from "../studio/issue-panel.js";
import { NamePanel } from "../studio/name-panel.js";
import { NewsLine } from "../studio/news-line.js";
import { PickedBar } from "../studio/picked-bar.js";
import { PictureDetail } from "../studio/picture-detail.js";
import { PictureWall } from "../studio/picture-wall.js";
import { SortChoice } from "../studio/sort-choice.js";
import { StudioMap } from "../studio/studio-map.js";
import { StudioRoom } from "../studio/studio-room.js";
import { html, useEffect, useState } from "../ui.js";

const NAMED = ["label", "split", "group", "format"];
const LOOK_MS = 15_000;

export function StudioPart({ room, dataset }) {
  const studio = (room.studio ??= new StudioRoom(dataset.id));
  const [opened, open] = useState(null);
  const visit = visits.value;
  useEffect(() => {
    studio.enter(dataset);
  }, [studio, visit]);
  // whoever brings files without a task is not heard of
  useEffect(() => {
    const looking = setInterval(() => document.hidden || room.look(), LOOK_MS);
    return () => clearInterval(looking);
  }, [room]);
  if (studio.problem.value) {
    return html`<${ProblemNotice} problem=${studio.problem.value} title=${t("dataset.failed")} retry=${() => studio.load(dataset)} />`;
  }
  if (!studio.ready.value) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`
    <div class="studio-part-of">
      ${Object.keys(studio.bins).length === 0 && html`<${Notice} icon="chart" title=${t("analyse.never")}><p>${t("studio.never_help")}</p><//>`}
      <div class="studio-head">
        <${ConditionChips} studio=${studio} />
        <div class="studio-tools"><${PickedBar} studio=${studio} dataset=${dataset} /><${SortChoice} studio=${studio} /></div>
      </div>
      <div class="studio">
        <div class="studio-panels">
          ${NAMED.filter((name) => studio.facets[name]).map((name) => html`<${NamePanel} key=${name} studio=${studio} name=${name} />`)}
          <${StudioIssues} studio=${studio} />
          <${AttributePanel} studio=${studio} />
        </div>
        <div class=${studio.groups ? "studio-views mapped" : "studio-views"}>
          <${StudioMap} studio=${studio} />
          <${PictureWall} studio=${studio} open=${open} />
        </div>
      </div>
      <${NewsLine} studio=${studio} dataset=${dataset} />
      ${opened !== null && opened < studio.wanted.value.length && html`<${PictureDetail} studio=${studio} n=${opened} go=${open} />`}
    </div>`;
}
