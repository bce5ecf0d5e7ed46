/** ChartTable: the figures of a chart as rows; the first cell of each says what the others are of. */

import { html } from "../ui.js";

export function ChartTable({ label, columns, rows }) {
  return html`
    <div class="chart-table" tabindex="0" role="region" aria-label=${label}>
      <table>
        <thead><tr>${columns.map((words) => html`<th key=${words} scope="col">${words}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(([head, ...cells], row) => html`
            <tr key=${row}><th scope="row">${head}</th>${cells.map((cell, n) => html`<td key=${n}>${cell}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>`;
}

/** The places from the first to the last where something is; empty ones at the ends are left out. */
export function filled(counts) {
  const places = [...counts.keys()];
  const some = places.filter((place) => counts[place] > 0);
  return places.slice(some[0], some.at(-1) + 1);
}
