/** Dead ends: nothing at this address, or a page that stumbled. */

import { Notice } from "../components/notice.js";
import { t } from "../language.js";
import { html } from "../ui.js";

export function NoSuchPage({ title = t("site.not_found") }) {
  return html`
    <section class="narrow">
      <h1>${title}</h1>
      <p class="lead">${t("site.not_found_help")}</p>
      <p><a class="button" href="/">${t("site.to_datasets")}</a></p>
    </section>`;
}

export function BrokenPage() {
  return html`
    <section class="narrow">
      <${Notice} kind="bad" icon="warning" title=${t("site.broken")}>
        <p>${t("site.broken_help")}</p>
        <button class="button" onClick=${() => location.reload()}>${t("site.reload")}</button>
      <//>
    </section>`;
}
