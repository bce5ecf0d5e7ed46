/** Histogram: counts in bins as bars, with the value under the pointer, a summary and a table. */

import { count, figure } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useId, useState } from "../ui.js";

const WIDTH = 300;
const HEIGHT = 96;

/** `edges` has one more entry than `counts`; `summary` is what a screen reader is told. */
export function Histogram({ title, edges, counts, summary }) {
  const [at, setAt] = useState(null);
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const shown = at === null ? summary : `${range(edges, at)}: ${count(counts[at])}`;
  return html`
    <figure class="histogram" aria-labelledby=${id}>
      <figcaption>
        <span id=${id} class="chart-title">${title}</span>
        <span class="chart-value">${shown}</span>
        <button class="button quiet icon-only" aria-label=${t(asTable ? "chart.picture" : "chart.table", { title })}
          onClick=${() => setAsTable(!asTable)}><${Icon} name=${asTable ? "chart" : "table"} /></button>
      </figcaption>
      ${asTable
        ? html`<${Table} edges=${edges} counts=${counts} />`
        : html`<${Bars} edges=${edges} counts=${counts} summary=${summary} at=${at} point=${setAt} />`}
    </figure>`;
}

function Bars({ edges, counts, summary, at, point }) {
  const highest = Math.max(...counts, 1);
  const step = WIDTH / counts.length;
  return html`
    <svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${summary}
      preserveAspectRatio="none" onPointerLeave=${() => point(null)}>
      ${counts.map((each, bin) => {
        const height = each ? Math.max((each / highest) * (HEIGHT - 2), 1.5) : 0;
        return html`
          <g key=${bin} onPointerEnter=${() => point(bin)}>
            <rect class="ground" x=${bin * step} y="0" width=${step} height=${HEIGHT} />
            <rect class=${bin === at ? "bar-rect at" : "bar-rect"} x=${bin * step + 0.5} y=${HEIGHT - height}
              width=${Math.max(step - 1, 0.5)} height=${height} />
          </g>`;
      })}
    </svg>
    <div class="chart-axis" aria-hidden="true">
      <span>${figure(edges[0])}</span><span>${figure(edges.at(-1))}</span>
    </div>`;
}

function Table({ edges, counts }) {
  return html`
    <div class="chart-table">
      <table>
        <tbody>
          ${counts.map((each, bin) => html`<tr key=${bin}><th scope="row">${range(edges, bin)}</th><td>${count(each)}</td></tr>`)}
        </tbody>
      </table>
    </div>`;
}

function range(edges, bin) {
  return `${figure(edges[bin])}–${figure(edges[bin + 1])}`;
}
