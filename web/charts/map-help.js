/** MapHelp: what can be done with a map, and by which keys. */

import { t } from "../language.js";
import { html } from "../ui.js";

const KEYS = {
  "← → ↑ ↓": "map.keys.pan",
  "+ −": "map.keys.zoom",
  0: "map.keys.whole",
  "Shift ← → ↑ ↓": "map.keys.step",
  N: "map.keys.next",
  Enter: "map.keys.choose",
  R: "map.keys.rectangle",
  Esc: "map.keys.leave",
};

export function MapHelp({ id }) {
  return html`
    <div class="hint map-help">
      <p id=${id}>${t("map.help")}</p>
      <details>
        <summary>${t("map.keys")}</summary>
        <dl>${Object.entries(KEYS).map(([key, words]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(words)}</dd></div>`)}</dl>
      </details>
    </div>`;
}
