/** EdaFigures: the health of a dataset and the figures that say most about it. */

import { bytes, count, figure } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { InStudio, nameCondition } from "./in-studio.js";

export function EdaFigures({ id, result }) {
  const { health, attributes, sizes } = result;
  const size = sizes?.common[0];
  const figures = {
    health: health && t("eda.of_hundred", { score: count(health.score) }),
    items: count(result.items),
    unreadable: count(result.unreadable),
    bytes: bytes(result.total_bytes),
    megapixels: attributes.megapixels.quantiles && figure(attributes.megapixels.quantiles.p50),
    bits: attributes.bits_per_pixel.quantiles && figure(attributes.bits_per_pixel.quantiles.p50),
    size: size && `${count(size.width)} × ${count(size.height)}`,
    sizes: sizes && count(sizes.different),
  };
  return html`
    <dl class="figures">
      ${Object.entries(figures).map(([name, words]) => words && html`
        <div key=${name} class="figure"><dt>${t(`eda.figure.${name}`)}</dt><dd>${words}</dd></div>`)}
      <div class="figure kinds">
        <dt>${t("findings.formats")}</dt>
        <dd>${result.formats.map(({ name, items }) => html`<span key=${name}>${name} <b><${InStudio} id=${id} chosen=${nameCondition("format", name)}
          label=${t("in_short.see", { title: name, count: items })}>${count(items)}<//></b></span>`)}</dd>
      </div>
    </dl>`;
}
