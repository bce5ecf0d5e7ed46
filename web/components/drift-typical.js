/** DriftTypical: the pictures that are most typical of each side, side by side. */

import { score, share } from "../format.js";
import { t } from "../language.js";
import { visible } from "../text.js";
import { html } from "../ui.js";
import { Picture } from "./picture.js";

export function DriftTypical({ looks, names }) {
  const { auc, low, high } = looks.classifier;
  return html`
    <section aria-labelledby="drift-looks">
      <h2 id="drift-looks">${t("drift.looks")}</h2>
      <p class="hint">${t("drift.looks_help", { auc: score(auc), low: score(low), high: score(high) })}</p>
      <div class="drift-halves">
        ${["reference", "current"].map((side) => html`
          <div key=${side} class="drift-half">
            <h3><span class=${`legend-${side}`}>${t("drift.typical", { name: visible(names[side]) })}</span></h3>
            <ul class="gallery">
              ${looks.typical[side].map((item) => html`
                <${Picture} key=${item.item_id} item=${item} why=${t("drift.certain", { share: share(1 - item.score) })} />`)}
            </ul>
          </div>`)}
      </div>
    </section>`;
}
