/** StudioIssues: a threshold for every issue; how many pictures are below it is counted at once, and they can be asked for. */

import { count, score } from "../format.js";
import { inOrder } from "../issues.js";
import { t } from "../language.js";
import { html, useMemo, useState } from "../ui.js";
import { issueKey } from "./studio-room.js";

export function StudioIssues({ studio }) {
  const issues = inOrder(Object.entries(studio.scores).map(([name, { threshold }]) => ({ name, threshold, count: 1 })));
  if (issues.length === 0) return null;
  return html`
    <section class="studio-part" aria-labelledby="studio-issues">
      <h2 id="studio-issues">${t("findings.issues")}</h2>
      <ul class="threshold-rows">
        ${issues.map(({ name, threshold }) => html`<${Threshold} key=${name} studio=${studio} name=${name} usual=${threshold} />`)}
      </ul>
    </section>`;
}

/** Below it is whatever has an issue that has no threshold. */
const ALL = 1;

function Threshold({ studio, name, usual }) {
  const key = issueKey(name);
  const chosen = studio.chosen.value[key];
  const [at, setAt] = useState(chosen?.to ?? usual ?? ALL);
  const found = useMemo(() => studio.below(name, at), [studio.scores, name, at]);
  const ask = (to) => studio.choose(key, { from: 0, to });
  const slide = (event) => {
    const to = Number(event.target.value);
    setAt(to);
    if (chosen) ask(to);
  };
  return html`
    <li class="threshold-row">
      <button class="name-row" aria-pressed=${Boolean(chosen)} onClick=${() => (chosen ? studio.choose(key, null) : ask(at))}>
        <span>${t(`issue.${name}`)}</span><b>${count(found)}</b>
      </button>
      ${usual !== null && html`<label class="threshold">
        <span class="unseen">${t("studio.threshold", { issue: t(`issue.${name}`) })}</span>
        <input type="range" min="0" max="1" step="0.01" value=${at} onInput=${slide} />
        <output>${score(at)}</output>
      </label>`}
    </li>`;
}
