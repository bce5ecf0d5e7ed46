/** RunningTasks: what runs on a dataset, above its parts; what others start does not move what is looked at. */

import { html, useEffect, useRef } from "../ui.js";
import { TaskProgress } from "./task-progress.js";
import { UploadList } from "./upload-list.js";

export function RunningTasks({ room }) {
  const place = useRef(null);
  useEffect(() => keptStill(place.current, () => room.heard), [room]);
  return html`
    <div class="running-tasks" ref=${place}>
      <${UploadList} upload=${room.upload} />
      ${room.watched.value.map((live) => html`<${TaskProgress} key=${live.task.value.id} live=${live} />`)}
    </div>`;
}

/** Browsers hold still what is below something that grows, but not at the very top of a page. */
function keptStill(element, wanted) {
  const placeOfNext = () => element.nextElementSibling.offsetTop;
  let before = placeOfNext();
  const watching = new ResizeObserver(() => {
    const now = placeOfNext();
    if (scrollY === 0 && now > before && wanted()) scrollBy({ top: now - before, behavior: "instant" });
    before = now;
  });
  watching.observe(element);
  return () => watching.disconnect();
}
