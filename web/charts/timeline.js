/** Timeline: how many pictures were taken in each day, month or year between the first and the last. */

import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { ChartFrame } from "./chart-frame.js";
import { ChartTable } from "./chart-table.js";

/** How wide a bar may be. */
const WIDEST = 4;

/** `taken` as an exploration tells it. */
export function Timeline({ taken: { items, first, last, unit, periods } }) {
  const counts = new Map(periods.map((each) => [each.period, each.items]));
  const all = between(periods[0].period, periods.at(-1).period, unit);
  const most = periods.reduce((one, other) => (other.items > one.items ? other : one));
  const told = { count: items, first: day(first), last: day(last) };
  return html`
    <${ChartFrame} name="taken" title=${t("eda.taken_title")} hint=${t("eda.taken_hint")} columns=${[unit, "pictures"]}
      rows=${() => all.map((period) => [period, counts.get(period) ?? 0])}
      table=${html`<${ChartTable} label=${t("eda.taken_title")} columns=${[t(`eda.period.${unit}`), t("chart.count")]}
        rows=${periods.map((each) => [each.period, count(each.items)])} />`}
      foot=${() => t("eda.taken", told)}>
      <div class="timeline" style=${{ maxWidth: `${WIDEST * all.length}rem` }} role="img" aria-label=${t("eda.taken_summary", { ...told, period: most.period, most: most.items })}>
        ${all.map((period) => html`
          <span key=${period} title=${`${period}: ${count(counts.get(period) ?? 0)}`}><i style=${{ height: `${(100 * (counts.get(period) ?? 0)) / most.items}%` }}></i></span>`)}
      </div>
      <p class="timeline-ends" style=${{ maxWidth: `${WIDEST * all.length}rem` }} aria-hidden="true"><span>${all[0]}</span><span>${all.length > 1 && all.at(-1)}</span></p>
    <//>`;
}

// the camera's own clock, whose time zone nobody knows: it is shown as it was written
function day(iso) {
  return iso.slice(0, 10);
}

/** Every period from one to another, as ISO 8601 writes it, also those of which there is no picture. */
function between(first, last, unit) {
  const found = [];
  const at = new Date(`${first.padEnd(10, "-01")}T00:00:00Z`);
  const length = { day: 10, month: 7, year: 4 }[unit];
  for (let period = first; period <= last; period = at.toISOString().slice(0, length)) {
    found.push(period);
    if (unit === "day") at.setUTCDate(at.getUTCDate() + 1);
    else if (unit === "month") at.setUTCMonth(at.getUTCMonth() + 1);
    else at.setUTCFullYear(at.getUTCFullYear() + 1);
  }
  return found;
}
