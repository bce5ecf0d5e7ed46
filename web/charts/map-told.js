/** MapTold: what is told of the point that is looked at, once it is looked at for a moment: shown and said. */

import { t } from "../language.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { MapCard } from "./map-card.js";
import { MapVoice } from "./map-voice.js";

const MOMENT_MS = 80;

export function MapTold({ stage, about, selected, field }) {
  const index = stage.pointed.value;
  const [known, know] = useState({ index: null, told: null });
  useEffect(() => {
    if (index === null || !about) return undefined;
    let looking = true;
    const ask = () => about(index).then((told) => looking && know({ index, told }), () => {});
    const asking = setTimeout(ask, MOMENT_MS);
    return () => {
      looking = false;
      clearTimeout(asking);
    };
  }, [index, about]);
  const told = known.index === index ? known.told : null;
  const frame = stage.frame.value;
  const there = useMemo(() => (index === null ? null : thereOf(stage, index)), [stage, index, frame]);
  return html`
    ${about && index !== null && html`<${MapCard} stage=${stage} index=${index} told=${told} there=${there} />`}
    <${MapVoice} stage=${stage} told=${told} there=${there} selected=${selected} field=${field} />`;
}

/** That there are others at the same place, and which of them this is; null where it is alone. */
function thereOf(stage, index) {
  const all = stage.together(index);
  return all.length > 1 ? t("map.together", { number: all.indexOf(index) + 1, count: all.length }) : null;
}
