/** SiteHeader: the name of the site, the language switch, who is signed in. */

import { Icon } from "../icons.js";
import { language, LANGUAGES, speak, t } from "../language.js";
import { signOut, user } from "../session.js";
import { visible } from "../text.js";
import { html, useState } from "../ui.js";
import { NoticesSwitch } from "./notices-switch.js";

export function SiteHeader() {
  return html`
    <header class="site-header">
      <a class="skip" href="#main">${t("site.skip")}</a>
      <a class="site-name" href="/"><${Mark} /><span class="wide-only">${t("site.name")}</span></a>
      <div class="site-tools">
        ${user.value && html`
          <a class="button quiet" href="/drift"><${Icon} name="swap" /><span class="wide-only">${t("drift.title")}</span></a>`}
        <a class="button quiet" href="/docs">${t("site.api")}</a>
        ${user.value && html`<${NoticesSwitch} />`}
        <${LanguageSwitch} />
        ${user.value && html`<${UserChip} name=${user.value.name} />`}
      </div>
    </header>`;
}

function Mark() {
  return html`
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="mark-short" x="2" y="5" width="11" height="4.5" rx="2.25" />
      <rect class="mark-ground" x="2" y="14.5" width="20" height="4.5" rx="2.25" />
      <rect class="mark-long" x="2" y="14.5" width="14" height="4.5" rx="2.25" />
    </svg>`;
}

function LanguageSwitch() {
  return html`
    <select class="select quiet" aria-label=${t("language.label")} value=${language.value}
      onChange=${(event) => speak(event.target.value)}>
      ${LANGUAGES.map(([code, name]) => html`<option value=${code} lang=${code} selected=${code === language.value}>${name}</option>`)}
    </select>`;
}

function UserChip({ name }) {
  const [leaving, setLeaving] = useState(false);
  const leave = async () => {
    setLeaving(true);
    await signOut().catch(() => setLeaving(false));
  };
  return html`
    <span class="user" title=${t("site.signed_in_as", { name: visible(name) })}>
      <span class="user-mark" aria-hidden="true">${[...visible(name)][0]?.toUpperCase()}</span>
      <bdi class="user-name">${visible(name)}</bdi>
    </span>
    <button class="button quiet" disabled=${leaving} onClick=${leave}>
      <${Icon} name="leave" /><span class="wide-only">${t("site.sign_out")}</span>
    </button>`;
}
