/** PickedBar: how many pictures were picked, and what can be done with them. */

import { post } from "../api.js";
import { csvOf, save } from "../csv.js";
import { ProblemNotice } from "../components/notice.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { go } from "../router.js";
import { creates, owns } from "../session.js";
import { html, useState } from "../ui.js";
import { WordDialog } from "./word-dialog.js";

const COLUMNS = ["item_id", "path", "label", "split", "sha256"];

export function PickedBar({ studio, dataset }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const [asked, ask] = useState(null);
  const picked = studio.picked.value;
  const wanted = studio.wanted.value.length;
  const write = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const items = await studio.cards.all([...picked]);
      save("pictures.csv", csvOf([COLUMNS, ...items.map(({ id, ...told }) => [id, ...COLUMNS.slice(1).map((name) => told[name])])]));
    } catch (wrong) {
      setProblem(wrong);
    } finally {
      setBusy(false);
    }
  };
  return html`
    <div class="picked-bar">
      ${picked.size > 0 && html`
        <p class="chips-count" role="status">${t("studio.picked", { count: picked.size })}</p>
        <button class="button" aria-disabled=${busy} onClick=${() => busy || write()}><${Icon} name="download" />${t("studio.save_list")}</button>
        ${owns(dataset) && html`<button class="button" onClick=${() => ask("tag")}>${t("studio.tag")}</button>`}
        ${creates() && html`<button class="button" onClick=${() => ask("subset")}>${t("studio.subset")}</button>`}
        <button class="button quiet" onClick=${() => (studio.picked.value = new Set())}>${t("studio.pick_none")}</button>`}
      ${wanted > 0 && html`
        <button class="button quiet" onClick=${() => (studio.picked.value = new Set([...picked, ...studio.wantedIds()]))}>
          ${t("studio.pick_all", { count: wanted })}
        </button>`}
    </div>
    ${problem && html`<${ProblemNotice} problem=${problem} />`}
    ${asked && html`
      <${WordDialog} title=${t(`studio.${asked}_title`, { count: picked.size })} label=${t(`studio.${asked}_name`)} action=${t(`studio.${asked}_do`)}
        act=${(word) => DONE[asked](studio, [...picked], word)} close=${() => ask(null)} />`}`;
}

const DONE = {
  tag: (studio, ids, tag) => studio.tag(ids, tag),
  subset: async ({ datasetId }, ids, name) => {
    const made = await post(`/datasets/${datasetId}/subsets`, { name, item_ids: ids });
    go(`/datasets/${made.id}`);
  },
};
