/** MapKeys: a map by keyboard: move, zoom, go from point to point, enclose by a rectangle. */

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PAN = 48;
const NUDGE = 16;
const ZOOM = 1.5;
const FACTORS = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM, _: 1 / ZOOM };

/** Does what a key means, and says whether it means anything; `choose(indices)` hears what is chosen. */
export function pressKey({ key, shiftKey, ctrlKey, metaKey, altKey }, stage, choose) {
  if (ctrlKey || metaKey || altKey) return false;
  if (stage.outline.peek()) return enclose(key, stage, choose);
  if (key in DIRECTIONS && shiftKey) stage.step(DIRECTIONS[key]);
  else if (key in DIRECTIONS) stage.pan(DIRECTIONS[key].map((each) => -each * PAN));
  else if (key in FACTORS) stage.zoom(FACTORS[key]);
  else if (key === "0") stage.showAll();
  else if (key === "r" || key === "R") stage.outline.value = rectangleOf(stage);
  else if (key === "n" || key === "N") stage.next();
  else if (key === "Enter" || key === " ") chooseOne(stage, choose);
  else if (key === "Escape") leave(stage, choose);
  else return false;
  return true;
}

function chooseOne(stage, choose) {
  const index = stage.pointed.peek();
  if (index !== null) choose(stage.together(index));
}

/** Away from the point first, then from what is chosen. */
function leave(stage, choose) {
  if (stage.pointed.peek() === null) choose(new Uint32Array());
  else stage.pointed.value = null;
}

function enclose(key, stage, choose) {
  const outline = stage.outline.peek();
  if (key in DIRECTIONS) stage.outline.value = moved(outline, DIRECTIONS[key]);
  else if (key in FACTORS) stage.outline.value = grown(outline, FACTORS[key]);
  else if (key === "Enter" || key === " ") choose(stage.enclosed());
  if (["Enter", " ", "Escape", "r", "R"].includes(key)) stage.outline.value = null;
  else return key in DIRECTIONS || key in FACTORS;
  return true;
}

/** Around the point that is looked at, or in the middle. */
function rectangleOf(stage) {
  const { width, height } = stage.size.peek();
  const pointed = stage.pointed.peek();
  const { x, y } = pointed === null ? stage.middle() : stage.placeOf(pointed);
  const half = Math.min(width, height) / 6;
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([right, down]) => ({ x: x + right * half, y: y + down * half }));
}

function moved(outline, [right, down]) {
  return outline.map(({ x, y }) => ({ x: x + right * NUDGE, y: y + down * NUDGE }));
}

function grown(outline, factor) {
  const middle = { x: (outline[0].x + outline[2].x) / 2, y: (outline[0].y + outline[2].y) / 2 };
  return outline.map(({ x, y }) => ({ x: middle.x + (x - middle.x) * factor, y: middle.y + (y - middle.y) * factor }));
}
