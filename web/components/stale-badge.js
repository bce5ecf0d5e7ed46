/** StaleBadge: says that an analysis no longer holds, because items have come or gone. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function StaleBadge({ analyses = [] }) {
  const stale = analyses.find(({ standing }) => standing === "stale");
  if (!stale) return null;
  return html`
    <div><span class="state stale"><${Icon} name="warning" />${t("dataset.stale", { count: stale.stale_items })}</span></div>`;
}
