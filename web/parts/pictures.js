/** PicturesPart: all pictures, by label, split, issue and order. */

import { EmptyNotice } from "../components/empty-notice.js";
import { ItemsGallery } from "../components/items-gallery.js";
import { visits } from "../router.js";
import { html, useEffect } from "../ui.js";

export function PicturesPart({ room, dataset }) {
  const visit = visits.value;
  useEffect(() => {
    room.items.look();
  }, [room, visit]);
  useEffect(() => {
    room.analysis.want(); // its issues can be asked for
  }, [room]);
  return dataset.items === 0 ? html`<${EmptyNotice} />` : html`<${ItemsGallery} room=${room} dataset=${dataset} />`;
}
