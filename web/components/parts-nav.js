/** PartsNav: the tabs of a dataset, links that keep their place on the screen and the keyboard's focus. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { partAsLeft, PARTS } from "../parts.js";
import { html, useEffect, useRef, useState } from "../ui.js";

export function PartsNav({ id, part }) {
  const nav = useRef(null);
  const [more, setMore] = useState({});
  const look = () => nav.current && setMore(hiddenOf(nav.current)); // it may have left the page meanwhile
  useEffect(() => bringIntoView(nav.current), [part]);
  useEffect(() => {
    const watching = new ResizeObserver(look);
    watching.observe(nav.current);
    return () => watching.disconnect();
  }, []);
  const hidden = Object.keys(more).filter((side) => more[side]);
  return html`
    <nav class=${["parts", ...hidden].join(" ")} ref=${nav} onScroll=${look} aria-label=${t("parts.label")}>
      ${PARTS.map((each) => html`
        <a key=${each} class="part-link" href=${partAsLeft(id, each)} data-still aria-current=${each === part ? "page" : undefined}
          onClick=${() => scrollUp(nav.current)}>
          ${each === "studio" && html`<${Icon} name="table" />`}${nameOfPart(each)}
        </a>`)}
    </nav>`;
}

export function nameOfPart(part) {
  return t(`parts.${part || "overview"}`);
}

/** A part begins at its beginning, but the tabs stay where they have just been pressed. */
function scrollUp(nav) {
  const { top } = nav.parentElement.getBoundingClientRect();
  if (top < 0) scrollBy({ top, behavior: "instant" });
}

/** On which sides there are tabs that are not seen. */
function hiddenOf({ scrollLeft, clientWidth, scrollWidth }) {
  return { before: scrollLeft > 1, beyond: scrollLeft + clientWidth < scrollWidth - 1 };
}

/** On a phone the tabs are wider than the screen. */
function bringIntoView(nav) {
  const current = nav.querySelector("[aria-current]");
  if (current) nav.scrollLeft = current.offsetLeft - nav.offsetLeft - (nav.clientWidth - current.clientWidth) / 2;
}
