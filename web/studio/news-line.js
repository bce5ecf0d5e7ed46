/** NewsLine: says quietly what has changed since the studio has read the dataset; shows it when that is asked for. */

import { ProblemNotice } from "../components/notice.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { newsOf } from "./news.js";

export function NewsLine({ studio, dataset }) {
  const [ignored, ignore] = useState(null);
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState(null);
  const words = wordsOf(newsOf(studio, dataset));
  const show = async () => {
    setAsking(true);
    setProblem(null);
    ignore(null);
    await studio.renew(dataset).catch(setProblem);
    setAsking(false);
  };
  const told = words && words !== ignored;
  return html`
    <div class=${told ? "news told" : "news"} role="status">
      ${told && html`
        <p>${words}</p>
        <button class="button" aria-disabled=${asking} onClick=${() => asking || show()}>${t("news.show")}</button>
        <button class="button quiet icon-only" aria-label=${t("news.ignore")} onClick=${() => ignore(words)}><${Icon} name="cross" /></button>`}
      ${problem && html`<${ProblemNotice} problem=${problem} />`}
    </div>`;
}

function wordsOf(news) {
  if (!news) return null;
  const { items, image_analysis: analysed, clustering: grouped } = news;
  const words = [
    items > 0 && t("news.more", { count: items }),
    items < 0 && t("news.fewer", { count: -items }),
    items === 0 && t("news.others"),
    analysed && t("news.analysed"),
    grouped && t("news.grouped"),
  ];
  return words.filter(Boolean).join(" ");
}
