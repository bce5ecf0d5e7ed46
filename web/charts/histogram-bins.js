/** HistogramBins: the bins of a histogram, to point at, and to go from to the pictures in one, or in a range of them. */

import { t } from "../language.js";
import { go } from "../router.js";
import { html, useRef, useState } from "../ui.js";

/** `point(bin)` hears what is pointed at; `leads(first, last)` is the address of the pictures in these bins, if there is one. */
export function HistogramBins({ counts, point, leads }) {
  const from = useRef(null);
  const [drawn, draw] = useState(null);
  const stop = () => {
    from.current = null;
    draw(null);
  };
  const enter = (bin, event) => {
    point(bin);
    if (from.current === null) return;
    if (event.buttons & 1) draw([Math.min(from.current, bin), Math.max(from.current, bin)]);
    else stop();
  };
  // a press and a release on the same bar are its link's
  const up = () => {
    const range = drawn;
    stop();
    if (range && range[0] < range[1]) go(leads(...range));
  };
  const down = (bin, event) => {
    if (leads && event.button === 0 && event.pointerType === "mouse") from.current = bin;
  };
  return html`
    <div class="plot-bins" aria-hidden="true" onPointerLeave=${() => point(null)} onPointerUp=${up}>
      ${counts.map((count, bin) => {
        const held = drawn && bin >= drawn[0] && bin <= drawn[1];
        const given = {
          class: held ? "plot-bin held" : "plot-bin",
          onPointerEnter: (event) => enter(bin, event),
          onPointerDown: (event) => down(bin, event),
        };
        return leads && count > 0
          ? html`<a key=${bin} ...${given} href=${leads(bin, bin)} tabindex="-1" draggable=${false} title=${t("studio.see_in")}></a>`
          : html`<span key=${bin} ...${given}></span>`;
      })}
    </div>`;
}
