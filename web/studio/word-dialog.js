/** WordDialog: asks for one word or name and does something with it; says so if it could not be done. */

import { Dialog } from "../components/dialog.js";
import { ProblemNotice } from "../components/notice.js";
import { t } from "../language.js";
import { html, useState } from "../ui.js";

/** `act(word)` may throw a Problem. */
export function WordDialog({ title, label, action, act, close }) {
  const [word, setWord] = useState("");
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    if (asking) return;
    setAsking(true);
    setProblem(null);
    try {
      await act(word.trim());
      close();
    } catch (refusal) {
      setProblem(refusal);
      setAsking(false);
    }
  };
  return html`
    <${Dialog} title=${title} close=${close}>
      <form class="word-form" onSubmit=${submit}>
        <label class="field">${label}
          <input class="input" required maxlength="100" autocomplete="off" autofocus value=${word}
            onInput=${(event) => setWord(event.target.value)} />
        </label>
        ${problem && html`<${ProblemNotice} problem=${problem} />`}
        <div class="dialog-tools">
          <button type="button" class="button" onClick=${close}>${t("studio.close")}</button>
          <button class="button primary" aria-disabled=${asking}>${action}</button>
        </div>
      </form>
    <//>`;
}
