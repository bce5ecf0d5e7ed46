/** DropZone: takes files and folders that are dropped on it or chosen. */

import { droppedFiles, pickedFiles } from "../chosen-files.js";
import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { useDrop } from "./use-drop.js";

export function DropZone({ take }) {
  const [over, events] = useDrop(async (transfer) => take(await droppedFiles(transfer)));
  return html`
    <div class=${over ? "drop over" : "drop"} ...${events}>
      <p>${t(over ? "upload.dropping" : "upload.drop")}</p>
      <p class="drop-ways">
        <${Choose} word=${t("upload.choose")} take=${take} />
        <${Choose} word=${t("upload.choose_folder")} take=${take} webkitdirectory />
      </p>
      <p class="hint">${t("upload.limits")}</p>
    </div>`;
}

function Choose({ word, take, webkitdirectory = false }) {
  const choose = (event) => {
    take(pickedFiles(event.target.files));
    // the same files may be chosen again
    event.target.value = "";
  };
  return html`
    <label class="button">
      <${Icon} name=${webkitdirectory ? "folder" : "picture"} />${word}
      <input class="unseen" type="file" multiple webkitdirectory=${webkitdirectory} onChange=${choose} />
    </label>`;
}
