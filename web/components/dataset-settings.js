/** DatasetSettings: what an owner may change of a dataset: its name, who sees it, whether it is there at all. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { go } from "../router.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";
import { ConfirmDialog } from "./confirm-dialog.js";
import { Dialog } from "./dialog.js";
import { ProblemNotice } from "./notice.js";

export function DatasetSettings({ room, dataset }) {
  const [open, show] = useState(null);
  const close = () => show(null);
  return html`
    <button class="button" onClick=${() => show("settings")}><${Icon} name="settings" />${t("settings.action")}</button>
    ${open === "settings" && html`
      <${SettingsDialog} room=${room} dataset=${dataset} close=${close} remove=${() => show("delete")} />`}
    ${open === "delete" && html`<${DeleteDialog} room=${room} dataset=${dataset} close=${close} />`}`;
}

function SettingsDialog({ room, dataset, close, remove }) {
  const [name, setName] = useState(dataset.name);
  const [visibility, setVisibility] = useState(dataset.visibility);
  const [problem, setProblem] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    await room.change({ name: name.trim(), visibility }).then(close, setProblem);
  };
  return html`
    <${Dialog} title=${t("settings.title")} close=${close}>
      <form class="settings" onSubmit=${save}>
        <label class="field">${t("settings.name")}
          <input class="input" required maxlength="200" autocomplete="off" value=${name}
            onInput=${(event) => setName(event.target.value)} />
        </label>
        <fieldset class="choices">
          <legend>${t("settings.visibility")}</legend>
          ${["private", "everyone"].map((each) => html`
            <label key=${each}>
              <input type="radio" name="visibility" checked=${each === visibility} onChange=${() => setVisibility(each)} />
              <span>${t(`dataset.${each}`)}<small class="hint">${t(`settings.${each}`)}</small></span>
            </label>`)}
        </fieldset>
        ${problem && html`<${ProblemNotice} problem=${problem} />`}
        <div class="dialog-tools">
          <button type="button" class="button quiet bad" onClick=${remove}><${Icon} name="bin" />${t("settings.delete_ask")}</button>
          <button type="button" class="button" onClick=${close}>${t("site.close")}</button>
          <button class="button primary">${t("settings.save")}</button>
        </div>
      </form>
    <//>`;
}

function DeleteDialog({ room, dataset, close }) {
  return html`
    <${ConfirmDialog} title=${t("settings.delete_title", { name: visible(dataset.name) })} word=${t("settings.delete")}
      act=${() => room.remove()} done=${() => go("/", { replace: true })} close=${close}>
      ${t("settings.delete_help", { count: dataset.items })}
    <//>`;
}
