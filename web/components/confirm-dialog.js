/** ConfirmDialog: asks once more before something is gone; says so if it could not be done. */

import { t } from "../language.js";
import { html, useState } from "../ui.js";
import { Dialog } from "./dialog.js";
import { ProblemNotice } from "./notice.js";

/** `act()` does it and may throw a Problem; `done()` is called once it is done, `close()` if nobody wants it. */
export function ConfirmDialog({ title, word, act, done, close, children }) {
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState(null);
  const confirm = async () => {
    setAsking(true);
    setProblem(null);
    try {
      await act();
      done();
    } catch (refusal) {
      setProblem(refusal);
      setAsking(false);
    }
  };
  return html`
    <${Dialog} title=${title} close=${close}>
      <p>${children}</p>
      ${problem && html`<${ProblemNotice} problem=${problem} />`}
      <div class="dialog-tools">
        <button class="button" autofocus onClick=${close}>${t("site.keep")}</button>
        <button class="button danger" disabled=${asking} onClick=${confirm}>${word}</button>
      </div>
    <//>`;
}
