/** The studio of a dataset: every picture by what is measured of it; what is asked for in one view narrows all. */

import { Notice, ProblemNotice } from "../components/notice.js";
import { ShownName } from "../components/shown-name.js";
import { t } from "../language.js";
import { AttributePanel } from "../studio/attribute-panel.js";
import { ConditionChips } from "../studio/condition-chips.js";
import { StudioIssues } from "../studio/issue-panel.js";
import { NamePanel } from "../studio/name-panel.js";
import { PickedBar } from "../studio/picked-bar.js";
import { PictureDetail } from "../studio/picture-detail.js";
import { PictureWall } from "../studio/picture-wall.js";
import { SortChoice } from "../studio/sort-choice.js";
import { StudioMap } from "../studio/studio-map.js";
import { StudioRoom } from "../studio/studio-room.js";
import { visible } from "../text.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { NoSuchPage } from "./dead-ends.js";

const NAMED = ["label", "split", "group", "format"];

export function StudioPage({ id }) {
  const studio = useMemo(() => new StudioRoom(id), [id]);
  const [opened, open] = useState(null);
  useEffect(() => {
    studio.load();
  }, [studio]);
  const dataset = studio.dataset.value;
  const title = [t("studio.title"), " · ", visible(dataset?.name ?? ""), " – ", t("site.name")].join("");
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (studio.problem.value) return html`<${Trouble} studio=${studio} />`;
  if (!studio.ready.value) return html`<p class="patience" role="status">${t("site.loading")}</p>`;
  return html`
    <section class="page studio-page">
      <div class="page-head">
        <div class="page-title">
          <nav aria-label=${t("site.path")}><a class="back" href=${`/datasets/${id}`}><${ShownName} text=${dataset.name} /></a></nav>
          <h1>${t("studio.title")}</h1>
        </div>
        <div class="page-tools"><${SortChoice} studio=${studio} /></div>
      </div>
      ${Object.keys(studio.bins).length === 0 && html`<${Notice} icon="chart" title=${t("analyse.never")}><p>${t("studio.never_help")}</p><//>`}
      <div class="studio-head"><${ConditionChips} studio=${studio} /><${PickedBar} studio=${studio} /></div>
      <div class="studio">
        <div class="studio-panels">
          ${NAMED.filter((name) => studio.facets[name]).map((name) => html`<${NamePanel} key=${name} studio=${studio} name=${name} />`)}
          <${StudioIssues} studio=${studio} />
          <${AttributePanel} studio=${studio} />
        </div>
        <div class="studio-views">
          <${StudioMap} studio=${studio} />
          <${PictureWall} studio=${studio} open=${open} />
        </div>
      </div>
      ${opened !== null && opened < studio.wanted.value.length && html`<${PictureDetail} studio=${studio} n=${opened} go=${open} />`}
    </section>`;
}

function Trouble({ studio }) {
  const problem = studio.problem.value;
  if (problem.status === 404) return html`<${NoSuchPage} title=${t("dataset.missing")} />`;
  return html`
    <section class="page">
      <${ProblemNotice} problem=${problem} title=${t("dataset.failed")} retry=${() => studio.load()} />
    </section>`;
}
