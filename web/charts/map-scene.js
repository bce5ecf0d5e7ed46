/** MapScene: the points of a map in the order in which they are drawn, each with its colour. */

import { fainter, pixelsOf } from "./palette.js";

const SHARES = [0.14, 0.35, 1];

/**
 * What is not shown lies faint below; while some points are selected, the others are fainter than
 * they. `element` is whose colours are asked for.
 */
export function sceneOf({ x, y, colours, palette, shown, selected }, element) {
  const pixels = SHARES.map((share) => pixelsOf(palette.map((colour) => fainter(colour, share)), element));
  const levels = levelsOf(x.length, shown, selected);
  const next = startsOf(levels);
  const scene = { x: new Float32Array(x.length), y: new Float32Array(x.length), paint: new Uint32Array(x.length) };
  for (let n = 0; n < x.length; n += 1) {
    const at = next[levels[n]]++;
    scene.x[at] = x[n];
    scene.y[at] = y[n];
    scene.paint[at] = pixels[levels[n]][colours[n]];
  }
  return scene;
}

function levelsOf(count, shown, selected) {
  const levels = new Uint8Array(count).fill(SHARES.length - 1);
  if (selected?.includes(1)) selected.forEach((yes, n) => yes || (levels[n] = 1));
  shown?.forEach((yes, n) => yes || (levels[n] = 0));
  return levels;
}

/** Where the points of each level begin, if those of lower ones come before them. */
function startsOf(levels) {
  const counts = SHARES.map(() => 0);
  for (const level of levels) counts[level] += 1;
  return counts.map((_, level) => counts.slice(0, level).reduce((sum, each) => sum + each, 0));
}
