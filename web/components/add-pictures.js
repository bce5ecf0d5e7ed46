/** AddPictures: upload by choosing or dropping files and folders, and import of a folder on the server. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { owns } from "../session.js";
import { html, useState } from "../ui.js";
import { DropZone } from "./drop-zone.js";
import { ImportFolder } from "./import-folder.js";
import { StorageNotice } from "./storage-notice.js";

export function AddPictures({ room, dataset }) {
  // what was open stays open when the first pictures arrive
  const [open] = useState(dataset.items === 0);
  if (!owns(dataset)) return null;
  return html`
    <${StorageNotice} room=${room.storage.value} />
    <details class="add-pictures" open=${open}>
      <summary><${Icon} name="upload" />${t("dataset.add")}</summary>
      <div class="add-ways">
        <${DropZone} take=${(files) => room.upload.add(files)} />
        <${ImportFolder} room=${room} />
      </div>
    </details>`;
}
