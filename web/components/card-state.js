/** CardState: what runs on a dataset, or that what is known of it no longer holds; of a card, it alone moves with each task. */

import { runningOn } from "../active-tasks.js";
import { html } from "../ui.js";
import { RunningBadge } from "./running-badge.js";
import { StaleBadge } from "./stale-badge.js";

export function CardState({ dataset }) {
  const running = runningOn(dataset);
  return html`
    <div class="card-state">
      ${running.map((task) => html`<${RunningBadge} key=${task.id} task=${task} />`)}
      ${running.length === 0 && html`<${StaleBadge} analyses=${dataset.analyses} />`}
    </div>`;
}
