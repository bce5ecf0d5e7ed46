/** Timeline: how many pictures were taken in each day, month or year between the first and the last. */

import { count } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { ChartFrame } from "./chart-frame.js";
import { ChartTable } from "./chart-table.js";

/** How wide a bar may be. */
const WIDEST = 4;
const DAY_MS = 86_400_000;

/** `taken` as an exploration tells it: only periods of which there are pictures, of which a wrong clock may put one far away. */
export function Timeline({ taken: { items, first, last, unit, periods } }) {
  const from = numberOf(periods[0].period, unit);
  const length = numberOf(periods.at(-1).period, unit) - from + 1;
  const most = periods.reduce((one, other) => (other.items > one.items ? other : one));
  const told = { count: items, first: day(first), last: day(last) };
  const place = (period) => ({ left: `min(${(100 * (numberOf(period, unit) - from)) / length}%, 100% - 2px)`, width: `${100 / length}%` });
  const wide = { maxWidth: `${WIDEST * length}rem` };
  return html`
    <${ChartFrame} name="taken" title=${t("eda.taken_title")} hint=${t("eda.taken_hint")} columns=${[unit, "pictures"]}
      rows=${() => periods.map((each) => [each.period, each.items])}
      table=${html`<${ChartTable} label=${t("eda.taken_title")} columns=${[t(`eda.period.${unit}`), t("chart.count")]}
        rows=${periods.map((each) => [each.period, count(each.items)])} />`}
      foot=${() => t("eda.taken", told)}>
      <div class="timeline" style=${wide} role="img" aria-label=${t("eda.taken_summary", { ...told, period: most.period, most: most.items })}>
        ${periods.map((each) => html`
          <span key=${each.period} style=${place(each.period)} title=${`${each.period}: ${count(each.items)}`}>
            <i style=${{ height: `${(100 * each.items) / most.items}%` }}></i>
          </span>`)}
      </div>
      <p class="timeline-ends" style=${wide} aria-hidden="true"><span>${periods[0].period}</span><span>${length > 1 && periods.at(-1).period}</span></p>
    <//>`;
}

// the camera's own clock, whose time zone nobody knows: it is shown as it was written
function day(iso) {
  return iso.slice(0, 10);
}

/** A period, as ISO 8601 writes it, as a number that the next one is one above. */
function numberOf(period, unit) {
  const [year, month] = period.split("-").map(Number);
  if (unit === "day") return Date.parse(period) / DAY_MS;
  return unit === "month" ? 12 * year + month : year;
}
