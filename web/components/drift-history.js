/** DriftHistory: what comparisons of the same pair found over time; each can be looked at again. */

import { moment, score } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { CsvButton } from "./csv-button.js";
import { testName } from "./drift-attributes.js";

const COLUMNS = ["completed_at", "drifted", "strongest", "auc"];
const WIDTH = 100;
const HEIGHT = 24;

/** Nothing where there is only one. */
export function DriftHistory({ room }) {
  const history = room.history.value ?? [];
  if (history.length < 2) return null;
  return html`
    <section class="drift-history" aria-labelledby="drift-history">
      <div class="section-head">
        <h2 id="drift-history">${t("drift.history")}</h2>
        <${CsvButton} name="drift-history" columns=${COLUMNS} rows=${() => history.map(cellsOf)} />
      </div>
      <${Course} values=${history.map(aucOf).reverse()} />
      <ol class="drift-runs">
        ${history.map((found) => html`<${Run} key=${found.task.id} found=${found} room=${room} />`)}
      </ol>
    </section>`;
}

function Run({ found, room }) {
  const { task, result } = found;
  const { drifted, strongest } = result;
  return html`
    <li>
      <button class="drift-run" aria-pressed=${room.shown.value === found} onClick=${() => room.show(found)}>
        <${Icon} name=${drifted ? "warning" : "check"} />
        <b>${t(`drift.short.${drifted}`)}</b>
        <span>${moment(task.completed_at)}</span>
        ${strongest && html`<small>${testName(strongest)}</small>`}
        ${aucOf(found) !== null && html`<small>AUC ${score(aucOf(found))}</small>`}
      </button>
    </li>`;
}

/** How well looks were told apart, from the oldest to the newest; one half is guessing. */
function Course({ values }) {
  const known = values.map((auc, n) => [n, auc]).filter(([, auc]) => auc !== null);
  if (known.length < 2) return null;
  const places = known.map(([n, auc]) => [(WIDTH * n) / (values.length - 1), HEIGHT * (1 - 2 * (Math.max(auc, 0.5) - 0.5))]);
  return html`
    <svg class="drift-course" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
      aria-label=${t("drift.course", { from: score(known[0][1]), to: score(known.at(-1)[1]) })}>
      <path d=${`M${places.map((place) => place.join(" ")).join("L")}`} />
    </svg>`;
}

function cellsOf(found) {
  const { task, result } = found;
  return [task.completed_at, result.drifted, result.strongest, aucOf(found)];
}

function aucOf({ result }) {
  return result.looks?.classifier.auc ?? null;
}
