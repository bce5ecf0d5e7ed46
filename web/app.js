/** The app: which page stands at which address, and what frames every page. */

import { activeTasks } from "./active-tasks.js";
import { signedOut } from "./api.js";
import { lazyPage } from "./components/lazy-page.js";
import { ProblemNotice } from "./components/notice.js";
import { SiteHeader } from "./components/site-header.js";
import { finishNotices } from "./finish-notices.js";
import { language, t } from "./language.js";
import { BrokenPage, NoSuchPage } from "./pages/dead-ends.js";
import { DatasetsPage } from "./pages/datasets.js";
import { SignInPage } from "./pages/sign-in.js";
import { followLinks, place, visits } from "./router.js";
import { askToSignIn, recall, user } from "./session.js";
import { Component, effect, html, render, useEffect, useState } from "./ui.js";

const DatasetPage = lazyPage("DatasetPage", () => import("./pages/dataset.js"));
const DocsPage = lazyPage("DocsPage", () => import("./pages/docs.js"));
const DriftPage = lazyPage("DriftPage", () => import("./pages/drift.js"));

class Frame extends Component {
  componentDidCatch(error) {
    console.error(error);
    this.setState({ broken: true });
  }

  render(_, { broken }) {
    return html`
      <${SiteHeader} />
      <main id="main" tabindex="-1">${broken ? html`<${BrokenPage} />` : html`<${Page} />`}</main>`;
  }
}

function Page() {
  if (place.value === "/sign-in") return html`<${SignInPage} />`;
  if (place.value === "/docs") return html`<${DocsPage} />`;
  return html`<${SignedIn}><${Room} /><//>`;
}

function Room() {
  const dataset = place.value.match(/^\/datasets\/([^/]+)(?:\/([^/]+))?$/);
  if (place.value === "/") return html`<${DatasetsPage} key=${visits.value} />`;
  if (dataset) return html`<${DatasetPage} key=${dataset[1]} id=${dataset[1]} part=${dataset[2]} />`;
  if (place.value === "/drift") return html`<${DriftPage} key=${visits.value} />`;
  return html`<${NoSuchPage} />`;
}

function SignedIn({ children }) {
  const [problem, setProblem] = useState(null);
  const ask = () => {
    setProblem(null);
    recall().then((known) => known ?? askToSignIn(), setProblem);
  };
  useEffect(() => {
    if (!user.value) ask();
  }, []);
  if (problem) return html`<${ProblemNotice} problem=${problem} retry=${ask} />`;
  return user.value ? children : html`<p class="patience" role="status">${t("site.loading")}</p>`;
}

effect(() => {
  document.documentElement.lang = language.value;
});
signedOut.tell = askToSignIn;
effect(() => (user.value ? activeTasks.start(user.value.name) : activeTasks.stop()));
finishNotices.start();
followLinks();
render(html`<${Frame} />`, document.getElementById("app"));
