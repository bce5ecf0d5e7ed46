/** useDrop: whether files are held over an element, and the events that it needs to take them. */

import { useState } from "../ui.js";

export function useDrop(take) {
  const [over, setOver] = useState(false);
  const hold = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOver(false);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer);
  };
  return [over, { onDragOver: hold, onDragLeave: leave, onDrop: drop }];
}
