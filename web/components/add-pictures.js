/** AddPictures: upload by choosing or dropping files and folders, and import of a folder on the server. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { DropZone } from "./drop-zone.js";
import { ImportFolder } from "./import-folder.js";
import { UploadList } from "./upload-list.js";

export function AddPictures({ room }) {
  const empty = room.dataset.value.items === 0;
  return html`
    <details class="add-pictures" open=${empty || undefined}>
      <summary><${Icon} name="upload" />${t("dataset.add")}</summary>
      <div class="add-ways">
        <${DropZone} take=${(files) => room.upload.add(files)} />
        <${ImportFolder} room=${room} />
      </div>
    </details>
    <${UploadList} upload=${room.upload} />`;
}
