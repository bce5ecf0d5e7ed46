/** ChosenPictures: how many pictures are chosen on a map, and the first of them. */

import { t } from "../language.js";
import { html, useEffect, useState } from "../ui.js";
import { Picture } from "./picture.js";

const SHOWN = 12;

export function ChosenPictures({ map }) {
  const mask = map.selected.value;
  const [pictures, setPictures] = useState([]);
  useEffect(() => {
    let looking = true;
    if (mask) map.pictures(SHOWN).then((found) => looking && setPictures(found), (problem) => (map.problem.value = problem));
    return () => (looking = false);
  }, [mask]);
  if (!mask) return null;
  return html`
    <div class="chosen-pictures">
      <p>
        <b>${t("map.chosen", { count: map.count.value })}</b>
        <button class="button quiet" onClick=${() => (map.chosen.value = null)}>${t("map.choose_none")}</button>
      </p>
      <ul class="gallery">${pictures.map((item) => html`<${Picture} key=${item.id} item=${item} />`)}</ul>
      ${map.count.value > SHOWN && html`<p class="hint">${t("map.first", { count: SHOWN })}</p>`}
    </div>`;
}
