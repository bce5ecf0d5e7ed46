/** ImportFolder: asks for a folder of the server whose files are to be added. */

import { t } from "../language.js";
import { html, useState } from "../ui.js";

export function ImportFolder({ room }) {
  const [path, setPath] = useState("");
  const submit = (event) => {
    event.preventDefault();
    room.importFolder(path);
  };
  return html`
    <form class="import-folder" onSubmit=${submit}>
      <label class="field">${t("upload.folder")}
        <input class="input" value=${path} placeholder=${t("upload.folder_example")} required
          onInput=${(event) => setPath(event.target.value)} />
      </label>
      <button class="button" disabled=${room.submitting.value}>${t("upload.import")}</button>
    </form>`;
}
