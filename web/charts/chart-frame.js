/** ChartFrame: what every figure has: its name, its picture or its table, and its figures as CSV. */

import { CsvButton } from "../components/csv-button.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useId, useState } from "../ui.js";

/**
 * @param name what the file of its figures is called
 * @param title, hint what is shown, and how it is measured
 * @param columns, rows those of the file; `rows()` is asked when somebody wants it
 * @param table, foot what is shown in place of the picture, and below either; `foot` is told whether that is the table
 */
export function ChartFrame({ name, title, hint, columns, rows, table, foot, children }) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return html`
    <figure class="histogram" aria-labelledby=${id}>
      <figcaption>
        <span class="chart-name"><b id=${id}>${title}</b><small>${hint}</small></span>
        <span class="chart-tools">
          <${CsvButton} name=${name} title=${title} columns=${columns} rows=${rows} />
          <button class="button quiet icon-only" aria-label=${t(asTable ? "chart.picture" : "chart.table", { title })}
            onClick=${() => setAsTable(!asTable)}><${Icon} name=${asTable ? "chart" : "table"} /></button>
        </span>
      </figcaption>
      ${asTable ? table : children}
      ${foot && html`<p class="chart-foot">${foot(asTable)}</p>`}
    </figure>`;
}
