/** CommandLine: a line for a terminal, with a button that copies it. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";

export function CommandLine({ line }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  // browsers lend the clipboard to https and localhost only
  const button = navigator.clipboard && html`
    <button class="button quiet" onClick=${copy}>
      <${Icon} name=${copied ? "check" : "copy"} /><span>${t(copied ? "site.copied" : "site.copy")}</span>
    </button>`;
  return html`<div class="command"><code tabindex="0">${line}</code>${button}</div>`;
}
