/** ClusterMapView: the map of a clustering, what its colours mean, and the pictures that are chosen on it. */

import { ItemMap } from "../charts/item-map.js";
import { t } from "../language.js";
import { html, useMemo } from "../ui.js";
import { ChosenPictures } from "./chosen-pictures.js";
import { ColourChoice } from "./colour-choice.js";
import { MapLegend } from "./map-legend.js";
import { ProblemNotice } from "./notice.js";
import { useSeen } from "./use-seen.js";
import { WaitingMap } from "./waiting-map.js";

export function ClusterMapView({ map, result }) {
  const place = useSeen(() => map.load(), [map], "400px");
  const about = useMemo(() => (index) => map.about(index), [map]);
  const points = map.points.value;
  if (points === null) return null;
  return html`
    <section class="cluster-map" aria-labelledby="cluster-map" ref=${place}>
      <h3 id="cluster-map">${t("map.title")}</h3>
      ${map.problem.value && html`<${ProblemNotice} problem=${map.problem.value} retry=${points ? undefined : () => map.load()} />`}
      ${points ? html`<${Shown} map=${map} points=${points} about=${about} />` : html`<${WaitingMap} result=${result} />`}
    </section>`;
}

function Shown({ map, points: { x, y }, about }) {
  const { by, colours, palette } = map.colouring.value;
  return html`
    <div class="cluster-map-parts">
      <${ItemMap} x=${x} y=${y} colours=${colours} palette=${palette} selected=${map.selected.value} about=${about}
        label=${t("map.summary", { count: x.length, by: nameOfColours(by) })} onSelect=${(indices) => map.choose(indices)} />
      <div class="cluster-map-side">
        <${ColourChoice} map=${map} name=${nameOfColours} />
        <${MapLegend} map=${map} />
      </div>
    </div>
    <${ChosenPictures} map=${map} />`;
}

const nameOfColours = (by) => t(by === "group" || by === "label" ? `studio.by.${by}` : `attribute.${by}`);
