/** StorageNotice: says in time that hardly any room is left. */

import { bytes } from "../format.js";
import { t } from "../language.js";
import { html } from "../ui.js";
import { Notice } from "./notice.js";

/** `room` is what the server says of it; null while that is not known. */
export function StorageNotice({ room }) {
  if (!room?.almost_full) return null;
  const { used_bytes: used, quota_bytes: quota, free_bytes: free } = room;
  const left = quota === null ? free : Math.max(0, Math.min(free, quota - used));
  const key = quota === null || free < quota - used ? "storage.disk" : "storage.quota";
  return html`
    <${Notice} kind="warn" icon="warning" title=${t("storage.almost_full")}>
      <p>${t(key, { left: bytes(left), used: bytes(used), quota: bytes(quota ?? 0) })}</p>
    <//>`;
}
