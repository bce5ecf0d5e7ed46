/** AddPictures: upload by choosing or dropping files and folders, and import of a folder on the server. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { DropZone } from "./drop-zone.js";
import { ImportFolder } from "./import-folder.js";
import { UploadList } from "./upload-list.js";

export function AddPictures({ room }) {
  // what was open stays open when the first pictures arrive
  const [open] = useState(room.dataset.value.items === 0);
  return html`
    <details class="add-pictures" open=${open}>
      <summary><${Icon} name="upload" />${t("dataset.add")}</summary>
      <div class="add-ways">
        <${DropZone} take=${(files) => room.upload.add(files)} />
        <${ImportFolder} room=${room} />
      </div>
    </details>
    <${UploadList} upload=${room.upload} />`;
}
