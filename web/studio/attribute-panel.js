/** AttributePanel: a histogram of every attribute; a range drawn on one narrows all that is shown. */

import { attributeScale } from "../attributes.js";
import { BrushHistogram } from "../charts/brush-histogram.js";
import { summaryOf } from "../charts/histogram.js";
import { CsvButton } from "../components/csv-button.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { BinsTable } from "./bins-table.js";

const FIRST = ["brightness", "sharpness", "contrast", "saturation"];
const COLUMNS = ["attribute", "from", "to", "left", "all"];

export function AttributePanel({ studio }) {
  const [asTables, setAsTables] = useState(false);
  const { chosen } = studio;
  const shown = chosen.value;
  const names = Object.keys(studio.bins).sort((one, other) => rank(one) - rank(other));
  const title = t("findings.attributes");
  return html`
    <section class="studio-part" aria-labelledby="studio-attributes">
      <div class="section-head">
        <h2 id="studio-attributes">${title}</h2>
        ${names.length > 0 && html`
          <span class="chart-tools">
            <${CsvButton} name="attributes" title=${title} columns=${COLUMNS} rows=${() => names.flatMap((name) => rowsOf(name, studio.histogram(name)))} />
            <button class="button quiet icon-only" aria-label=${t(asTables ? "chart.picture" : "chart.table", { title })}
              onClick=${() => setAsTables(!asTables)}><${Icon} name=${asTables ? "chart" : "table"} /></button>
          </span>`}
      </div>
      ${names.map((name) => {
        const chart = { title: t(`attribute.${name}`), ...studio.histogram(name), ...attributeScale(name) };
        if (asTables) return html`<${BinsTable} key=${name} ...${chart} />`;
        return html`
          <${BrushHistogram} key=${name} ...${chart} summary=${summaryOf({ ...chart, counts: [...chart.left] })}
            chosen=${shown[name]} choose=${(range) => studio.choose(name, range)} />`;
      })}
    </section>`;
}

function rowsOf(name, { edges, all, left }) {
  return [...all].map((count, bin) => [name, edges[bin], edges[bin + 1], left[bin], count]);
}

function rank(name) {
  return FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length;
}
