/** The sign-in page: turns a link that works once into a session. */

import { CommandLine } from "../components/command-line.js";
import { Notice, ProblemNotice } from "../components/notice.js";
import { t } from "../language.js";
import { go } from "../router.js";
import { recall, signIn, user, viewBefore } from "../session.js";
import { visible } from "../text.js";
import { html, useEffect, useRef, useState } from "../ui.js";

const LINK_COMMAND = "python -m service link";

export function SignInPage() {
  const [outcome, setOutcome] = useState({ state: "working" });
  const token = useRef("");
  const begin = () => {
    // kept, so that trying again after a lost line still has it
    token.current = takeToken() || token.current;
    arrive(token.current).then(setOutcome, (problem) => setOutcome({ state: "failed", problem }));
  };
  useEffect(() => {
    document.title = `${t("sign_in.title")} – ${t("site.name")}`;
    begin();
    // a second link opened in the same tab changes only the hash
    addEventListener("hashchange", begin);
    // whoever has opened the link in another tab goes on in this one, too
    const seen = () => document.hidden || goOn();
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("hashchange", begin);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return html`<section class="narrow sign-in">${shown(outcome, begin)}</section>`;
}

/** Uses the link's token if there is one; tells what the page has to show. */
async function arrive(token) {
  if (!token) return { state: (await recall()) ? "already" : "out" };
  try {
    await signIn(token);
  } catch (problem) {
    if (problem.status < 400 || problem.status >= 500) throw problem;
    return { state: (await recall()) ? "refused_but_in" : "refused" };
  }
  go(viewBefore(), { replace: true });
  return { state: "working" };
}

async function goOn() {
  if (!user.value && (await recall().catch(() => null))) go(viewBefore(), { replace: true });
}

// out of the address bar and the history before anything else can see it
function takeToken() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

function shown({ state, problem }, retry) {
  const views = { already: Already, refused_but_in: Already, refused: Refused, out: HowTo, failed: Failed };
  const View = views[state];
  return View ? html`<${View} state=${state} problem=${problem} retry=${retry} />`
    : html`<h1>${t("sign_in.title")}</h1><p class="lead" role="status">${t("sign_in.working")}</p>`;
}

function HowTo() {
  return html`
    <h1>${t("sign_in.title")}</h1>
    <p class="lead">${t("sign_in.how")}</p>
    <${CommandLine} line=${LINK_COMMAND} />`;
}

function Refused() {
  return html`
    <h1>${t("sign_in.title")}</h1>
    <${Notice} kind="bad" icon="cross" title=${t("sign_in.refused")}>
      <p>${t("sign_in.refused_help")}</p>
      <${CommandLine} line=${LINK_COMMAND} />
    <//>`;
}

function Already({ state }) {
  // signed out meanwhile, perhaps by the button above
  if (!user.value) return html`<${HowTo} />`;
  return html`
    <h1>${t("sign_in.already", { name: visible(user.value.name) })}</h1>
    ${state === "refused_but_in" && html`<p class="lead">${t("sign_in.refused_but_in")}</p>`}
    <p><a class="button primary" href=${viewBefore()}>${t("sign_in.continue")}</a></p>`;
}

function Failed({ problem, retry }) {
  return html`
    <h1>${t("sign_in.title")}</h1>
    <${ProblemNotice} problem=${problem} retry=${retry} />`;
}
