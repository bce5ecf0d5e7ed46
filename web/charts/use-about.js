/** useAbout: what is told of the point that a map's reader looks at, once they look at it for a moment. */

import { useEffect, useState } from "../ui.js";

const MOMENT_MS = 80;

/** `{index, told}`: `told` is null until it is known, and where nobody knows it. */
export function useAbout(stage, about) {
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
  return { index, told: known.index === index ? known.told : null };
}
