/** FirstPictures: a first look at what is in a dataset, and the way to all of it. */

import { get } from "../api.js";
import { t } from "../language.js";
import { partAddress } from "../parts.js";
import { html, useEffect, useState } from "../ui.js";
import { Picture } from "./picture.js";

const SHOWN = 12;

export function FirstPictures({ dataset: { id, version, items: count, analyses } }) {
  const [items, setItems] = useState([]);
  // any analysis that ends may have made thumbnails
  const standings = analyses.map(({ type, standing }) => `${type} ${standing}`).join();
  useEffect(() => {
    let looking = true;
    get(`/datasets/${id}/items`, { limit: SHOWN }).then((page) => looking && setItems(page.items), () => {});
    return () => (looking = false);
  }, [id, version, standings]);
  return html`
    <section class="first-pictures" aria-labelledby="first-pictures">
      <div class="section-head">
        <h2 id="first-pictures">${t("parts.pictures")}</h2>
        ${count > SHOWN && html`<a href=${partAddress(id, "pictures")} data-still>${t("in_short.all_pictures", { count })}</a>`}
      </div>
      <ul class="gallery">${items.map((item) => html`<${Picture} key=${item.id} item=${item} />`)}</ul>
    </section>`;
}
