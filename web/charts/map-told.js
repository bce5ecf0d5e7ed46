/** MapTold: what is told of the point that is looked at, once it is looked at for a moment: shown and said. */

import { html, useEffect, useState } from "../ui.js";
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
  return html`
    ${about && index !== null && html`<${MapCard} stage=${stage} index=${index} told=${told} />`}
    <${MapVoice} stage=${stage} told=${told} selected=${selected} field=${field} />`;
}
