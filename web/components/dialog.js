/** Dialog: a question in front of the page; it keeps the focus until it is answered or closed by Escape. */

import { html, useEffect, useId, useRef } from "../ui.js";

export function Dialog({ title, close, children }) {
  const id = useId();
  const element = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current.showModal();
    return () => before?.focus();
  }, []);
  return html`
    <dialog ref=${element} class="dialog" aria-labelledby=${id} onClose=${close}>
      <h2 id=${id}>${title}</h2>
      ${children}
    </dialog>`;
}
