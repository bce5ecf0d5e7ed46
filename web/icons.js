/** Icons: own drawings on a 16 × 16 grid, always beside a word or a label. */

import { html } from "./ui.js";

const PATHS = {
  check: "M3.5 8.5 6.5 11.5 12.5 4.5",
  cross: "M4 4 12 12 M12 4 4 12",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6 M8 5v3.2l2.1 1.6",
  running: "M8 2.2a5.8 5.8 0 1 1-5.1 3",
  stop: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6 M4.2 11.8 11.8 4.2",
  warning: "M8 2.5 14.2 13.2H1.8Z M8 6.6v3.1 M8 11.4v.2",
  upload: "M8 10.5V3 M4.8 6 8 2.8 11.2 6 M2.8 10.8v2.4h10.4v-2.4",
  play: "M5 3.2 12.2 8 5 12.8Z",
  picture: "M2.2 3.2h11.6v9.6H2.2Z M4.6 10.8 7 7.8l1.9 2 1.6-1.6 2 2.6 M5.4 6.1h.1",
  folder: "M2 12.6V3.8h4l1.4 1.6H14v7.2Z",
  table: "M2.4 3.4h11.2v9.2H2.4Z M2.4 6.6h11.2 M2.4 9.6h11.2 M6.4 3.4v9.2",
  chart: "M3 13V8 M6.4 13V4 M9.8 13V6.4 M13.2 13v-3",
  copy: "M5.6 5.6h7.2v7.2H5.6Z M3.2 10.4V3.2h7.2",
  leave: "M9.6 3H3.4v10h6.2 M7 8h6.4 M11 5.4 13.6 8 11 10.6",
  offline: "M2.2 2.2 13.8 13.8 M4.6 9.2a4.8 4.8 0 0 1 2.2-1.3 M2.4 6.6a8 8 0 0 1 2.2-1.5 M7.4 4.1A8 8 0 0 1 13.6 6.6 M8 12.2v.1",
  bin: "M3 4.4h10 M6.2 4.2V2.6h3.6v1.6 M4.4 4.6 5 13.4h6l.6-8.8 M6.9 7v4 M9.1 7v4",
  settings: "M2.4 4.6h5.2 M11.2 4.6h2.4 M9.4 2.8a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6 M2.4 11.4h1.8 M7.8 11.4h5.8 M6 9.6a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 1 0 0-3.6",
  plus: "M8 3v10 M3 8h10",
  download: "M8 2.8V10.4 M4.8 7.4 8 10.6 11.2 7.4 M2.8 11v2.2h10.4V11",
  swap: "M3 5.6h9.4 M10 3.2 12.6 5.6 10 8 M13 10.4H3.6 M6 8 3.4 10.4 6 12.8",
  live: "M8 6.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2 M4.4 11.6a5.1 5.1 0 0 1 0-7.2 M11.6 4.4a5.1 5.1 0 0 1 0 7.2",
};

export function Icon({ name }) {
  return html`<svg class=${`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
