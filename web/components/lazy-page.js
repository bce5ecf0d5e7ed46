/** LazyPage: a page whose code is fetched when somebody first goes there. */

import { get, Problem } from "../api.js";
import { t } from "../language.js";
import { html, signal, useEffect } from "../ui.js";
import { ProblemNotice } from "./notice.js";

/** `load()` imports the page's file, `name` is what it calls the page. */
export function lazyPage(name, load) {
  const page = signal(null);
  const problem = signal(null);
  const fetchIt = async () => {
    try {
      page.value = (await load())[name];
    } catch {
      problem.value = new Problem({});
    }
  };
  // a browser remembers that an import has failed, until the page is loaded anew
  const again = () => get("/session").then(() => location.reload(), (refusal) => (problem.value = refusal));
  return function LazyPage(props) {
    useEffect(() => {
      if (!page.peek()) fetchIt();
    }, []);
    if (problem.value) return html`<section class="page"><${ProblemNotice} problem=${problem.value} retry=${again} /></section>`;
    return page.value ? html`<${page.value} ...${props} />` : html`<p class="patience" role="status">${t("site.loading")}</p>`;
  };
}
