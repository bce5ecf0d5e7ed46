/** DocsPage: the API, readable and to be tried; the viewer is large and is loaded for this page only. */

import { ProblemNotice } from "../components/notice.js";
import { t } from "../language.js";
import { html, useEffect, useRef, useState } from "../ui.js";

const VIEWER = new URL("../vendor/swagger-ui", import.meta.url).href;
const DARK = matchMedia("(prefers-color-scheme: dark)");

export function DocsPage() {
  const place = useRef(null);
  const [problem, setProblem] = useState(null);
  useEffect(followScheme, []);
  useEffect(() => {
    loadViewer().then(() => show(place.current), setProblem);
  }, []);
  return html`
    <div class="page">
      <link rel="stylesheet" href=${`${VIEWER}.css`} />
      <h1>${t("docs.title")}</h1>
      <p class="lead">${t("docs.lead")}</p>
      ${problem && html`<${ProblemNotice} problem=${problem} retry=${() => location.reload()} />`}
      <div class="api-viewer" ref=${place}></div>
    </div>`;
}

/** Nothing leaves for elsewhere: the viewer would have the document validated by a stranger. */
function show(element) {
  globalThis.SwaggerUIBundle({
    url: "/api/v1/openapi.json",
    domNode: element,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    onComplete: () => element.querySelector("main")?.setAttribute("role", "group"), // a page has one main
  });
}

function loadViewer() {
  if (globalThis.SwaggerUIBundle) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${VIEWER}.js`;
    script.onload = resolve;
    script.onerror = () => reject(new Error(t("problem.unreachable")));
    document.head.append(script);
  });
}

/** The viewer knows dark only by a class. */
function followScheme() {
  const paint = () => document.documentElement.classList.toggle("dark-mode", DARK.matches);
  paint();
  DARK.addEventListener("change", paint);
  return () => {
    DARK.removeEventListener("change", paint);
    document.documentElement.classList.remove("dark-mode");
  };
}
