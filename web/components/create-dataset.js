/** CreateDataset: one line that makes a dataset and goes to it. */

import { Icon } from "../icons.js";
import { t } from "../language.js";
import { go } from "../router.js";
import { visible } from "../text.js";
import { html, useId, useState } from "../ui.js";

export function CreateDataset({ create }) {
  const id = useId();
  const [name, setName] = useState("");
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    setAsking(true);
    setProblem(null);
    try {
      go(`/datasets/${(await create(name.trim())).id}`);
    } catch (refusal) {
      setProblem(refusal);
      setAsking(false);
    }
  };
  return html`
    <form class="create-dataset" onSubmit=${submit}>
      <label class="field">${t("datasets.new")}
        <input class="input" required maxlength="200" autocomplete="off" value=${name}
          placeholder=${t("datasets.name_example")} aria-describedby=${problem ? id : undefined}
          aria-invalid=${problem ? "true" : undefined} onInput=${(event) => setName(event.target.value)} />
      </label>
      <button class="button primary" disabled=${asking}>
        <${Icon} name="plus" />${t(asking ? "datasets.creating" : "datasets.create")}
      </button>
      ${problem && html`<p class="field-problem" id=${id} role="alert">${wordsOf(problem)}</p>`}
    </form>`;
}

function wordsOf(problem) {
  if (problem.status === 0) return t("problem.unreachable");
  return visible(problem.errors.map((error) => error.message).join("; ") || problem.detail);
}
