/** ExplorationPart: how healthy a dataset is, its labels, splits, copies and origins. */

import { EmptyNotice } from "../components/empty-notice.js";
import { Exploration } from "../components/exploration.js";
import { html, useEffect } from "../ui.js";

export function ExplorationPart({ room, dataset }) {
  useEffect(() => {
    room.eda.want();
  }, [room]);
  return dataset.items === 0 ? html`<${EmptyNotice} />` : html`<${Exploration} room=${room} dataset=${dataset} />`;
}
