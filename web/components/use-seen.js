/** useSeen: calls once when an element comes into view, and again whenever what is watched changes. */

import { useEffect, useRef } from "../ui.js";

/** `margin`: how far outside it counts as seen already. */
export function useSeen(tell, watched, margin = "0px") {
  const element = useRef(null);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      tell();
    }, { rootMargin: margin });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, watched);
  return element;
}
