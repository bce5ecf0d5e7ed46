/** GroupsPart: groups of pictures that look alike, and the map of all. */

import { Clusters } from "../components/clusters.js";
import { EmptyNotice } from "../components/empty-notice.js";
import { html, useEffect } from "../ui.js";

export function GroupsPart({ room, dataset }) {
  useEffect(() => {
    room.clusters.want();
  }, [room]);
  return dataset.items === 0 ? html`<${EmptyNotice} />` : html`<${Clusters} room=${room} dataset=${dataset} />`;
}
