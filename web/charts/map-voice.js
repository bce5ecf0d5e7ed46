/** MapVoice: says what keys have gone to on a map, and how much is chosen. */

import { t } from "../language.js";
import { visible } from "../text.js";
import { html, useMemo } from "../ui.js";

export function MapVoice({ stage, told, there, selected, field }) {
  const count = useMemo(() => selected?.reduce((sum, yes) => sum + yes, 0) ?? 0, [selected]);
  const byKey = field.current && field.current === document.activeElement;
  const words = [
    byKey && told && [visible(told.path), told.words, there].filter(Boolean).join(", "),
    count > 0 && t("map.chosen", { count }),
    stage.outline.value && t("map.enclosing"),
  ];
  return html`<p class="unseen" aria-live="polite">${words.filter(Boolean).join(". ")}</p>`;
}
