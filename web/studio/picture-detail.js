/** PictureDetail: one picture in full with all that is measured of it, and those that look most like it. */

import { attributeScale } from "../attributes.js";
import { blobUrl } from "../api.js";
import { Thumbnail } from "../components/thumbnail.js";
import { score } from "../format.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useEffect, useRef } from "../ui.js";
import { nearestTo } from "./neighbours.js";

/** `n` is its place on the wall; `go(n)` shows another one, null closes. */
export function PictureDetail({ studio, n, go }) {
  const dialog = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  studio.cards.come.value; // looks again when cards have come
  const wanted = studio.wanted.value;
  const place = wanted[n];
  const card = studio.cards.of(studio.ids[place]);
  const step = (by) => n + by >= 0 && n + by < wanted.length && go(n + by);
  const press = (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  };
  return html`
    <dialog ref=${dialog} class="dialog detail" aria-label=${card ? visible(card.path) : t("site.loading")} onClose=${() => go(null)} onKeyDown=${press}>
      <header class="detail-head">
        <h2>${card ? visible(card.path) : t("site.loading")}</h2>
        <span class="detail-tools">
          <button class="button quiet" disabled=${n === 0} onClick=${() => step(-1)}>${t("studio.before")}</button>
          <button class="button quiet" disabled=${n === wanted.length - 1} onClick=${() => step(1)}>${t("studio.after")}</button>
          <button class="button quiet icon-only" aria-label=${t("studio.close")} onClick=${() => dialog.current.close()}><${Icon} name="cross" /></button>
        </span>
      </header>
      <div class="detail-body">
        ${card && html`<a class="detail-picture" href=${blobUrl(card.sha256)} target="_blank" title=${t("items.open")}>
          <img src=${blobUrl(card.sha256)} alt=${visible(card.path)} decoding="async" /></a>`}
        <${Facts} studio=${studio} place=${place} card=${card} />
      </div>
      <${Neighbours} studio=${studio} place=${place} go=${go} />
    </dialog>`;
}

function Facts({ studio, place, card }) {
  const told = Object.entries(studio.attributes).filter(([, values]) => !Number.isNaN(values[place]));
  const issues = Object.entries(studio.scores).filter(([, { values, threshold }]) => values[place] < Math.fround(threshold ?? 1));
  return html`
    <dl class="detail-facts">
      ${card?.label && html`<dt>${t("studio.by.label")}</dt><dd>${visible(card.label)}</dd>`}
      ${card?.split && html`<dt>${t("studio.by.split")}</dt><dd>${visible(card.split)}</dd>`}
      ${card?.tags.length > 0 && html`<dt>${t("studio.tags")}</dt><dd>${card.tags.map(visible).join(", ")}</dd>`}
      ${issues.map(([name, { values }]) => html`
        <dt key=${name} class="warns"><${Icon} name="warning" />${t(`issue.${name}`)}</dt><dd>${score(values[place])}</dd>`)}
      ${told.map(([name, values]) => html`
        <dt key=${name}>${t(`attribute.${name}`)}</dt><dd>${attributeScale(name).show(values[place])}</dd>`)}
    </dl>`;
}

/** What is nearest on the map; nothing where there is none. */
function Neighbours({ studio, place, go }) {
  studio.cards.come.value; // looks again when cards have come
  if (!studio.groups || Number.isNaN(studio.groups.x[place])) return null;
  const wanted = studio.wanted.value;
  return html`
    <section aria-labelledby="detail-neighbours">
      <h3 id="detail-neighbours">${t("studio.neighbours")}</h3>
      <ul class="detail-neighbours">
        ${nearestTo(studio.groups, place).map((each) => {
          const card = studio.cards.of(studio.ids[each]);
          const n = wanted.indexOf(each);
          return html`
            <li key=${each}>
              <button class="tile-open" disabled=${n < 0} onClick=${() => go(n)} title=${card ? visible(card.path) : ""}>
                <${Thumbnail} sha256=${card?.thumbnail ? card.sha256 : null} alt=${card ? visible(card.path) : ""} />
              </button>
            </li>`;
        })}
      </ul>
    </section>`;
}
