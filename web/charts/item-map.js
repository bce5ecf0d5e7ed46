/** ItemMap: a map of items as points: to move, to zoom, to point at and to choose from, by hand and by key. */

import { html, useEffect, useId, useMemo, useRef, useState } from "../ui.js";
import { MapCanvas } from "./map-canvas.js";
import { MapGestures } from "./map-gestures.js";
import { MapHelp } from "./map-help.js";
import { pressKey } from "./map-keys.js";
import { MapMarks } from "./map-marks.js";
import { MapStage } from "./map-stage.js";
import { MapTold } from "./map-told.js";
import { MapTools } from "./map-tools.js";

/**
 * Arrays have a value for each point; a changed array must be another one.
 *
 * @param x, y places, in any unit; NaN is not on the map
 * @param colours, palette of each point a place in the palette, a list of at most 256 CSS colours
 * @param shown, selected 1 for yes, as Uint8Array; null: all are shown, none is selected
 * @param label what the map is of, in a sentence
 * @param about `async (index) => ({path, sha256, thumbnail, words})`, for the card of a point; may be left out
 * @param onHover `(index, place)`, in pixels; both null where nothing is pointed at
 * @param onSelect `(indices)`, a Uint32Array; empty where nothing is to be selected any more
 */
export function ItemMap({ x, y, colours, palette, shown = null, selected = null, label, about, onHover, onSelect }) {
  const stage = useMemo(() => new MapStage(x, y), [x, y]);
  const [lassoing, setLassoing] = useState(false);
  const field = useRef(null);
  const now = useRef({});
  const help = useId();
  const choose = (indices) => now.current.onSelect?.(indices);
  now.current = { lassoing, onHover, onSelect };
  stage.shown = shown;
  useEffect(() => new MapGestures(field.current, stage, { choose, lassoing: () => now.current.lassoing }).stop, [stage]);
  useEffect(() => stage.pointed.subscribe((index) => tellHover(now.current.onHover, stage, index)), [stage]);
  const classes = ["map-field", lassoing && "lassoing", stage.zoomed.value && "zoomed"].filter(Boolean);
  const press = (event) => pressKey(event, stage, choose) && event.preventDefault();
  return html`
    <div class="item-map">
      <${MapTools} stage=${stage} lassoing=${lassoing} lasso=${() => setLassoing(!lassoing)} />
      <div class=${classes.join(" ")} ref=${field} role="application" tabindex="0"
        aria-label=${label} aria-describedby=${help} onKeyDown=${press} onBlur=${() => (stage.pointed.value = null)}>
        <${MapCanvas} stage=${stage} look=${{ colours, palette, shown, selected }} />
        <${MapMarks} stage=${stage} />
        <${MapTold} stage=${stage} about=${about} selected=${selected} field=${field} />
      </div>
      <${MapHelp} id=${help} />
    </div>`;
}

function tellHover(onHover, stage, index) {
  onHover?.(index, index === null ? null : stage.placeOf(index));
}
