/** MapCanvas: the picture of the points of a map, drawn anew when what is seen of them changes. */

import { computed, effect, html, signal, useEffect, useMemo, useRef } from "../ui.js";
import { MapPixels } from "./map-pixels.js";
import { sceneOf } from "./map-scene.js";
import { pointSize } from "./map-view.js";
import { pixelsOf } from "./palette.js";

const darkness = matchMedia("(prefers-color-scheme: dark)");

/** `look` says of each point whether and in which colour it is seen: `{colours, palette, shown, selected}`. */
export function MapCanvas({ stage, look }) {
  const canvas = useRef(null);
  const shown = useMemo(() => signal(look), [stage]);
  useEffect(() => {
    shown.value = look;
  }, [shown, look.colours, look.palette, look.shown, look.selected]);
  useEffect(() => drawn(canvas.current, stage, shown), [stage, shown]);
  return html`<canvas ref=${canvas} aria-hidden="true"></canvas>`;
}

/** Draws for as long as nobody calls what it returns. */
function drawn(canvas, stage, look) {
  const pixels = new MapPixels(canvas);
  const dark = signal(darkness.matches);
  const paints = computed(() => paintsOf(canvas, stage, look.value, dark.value));
  const draw = () => drawOnce(pixels, stage, paints.peek());
  let asked = 0;
  const ends = [
    watchSize(canvas, stage, draw),
    watchDarkness(dark),
    effect(() => {
      [stage.view.value, paints.value];
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(draw);
    }),
    () => cancelAnimationFrame(asked),
  ];
  return () => ends.forEach((end) => end());
}

/** The same words are other colours in the dark. */
function paintsOf(canvas, { x, y }, look, _dark) {
  const [ground] = pixelsOf(["var(--surface)"], canvas);
  return { ground, scene: sceneOf({ x, y, ...look }, canvas) };
}

function drawOnce(pixels, stage, { ground, scene }) {
  const { width, height, ratio } = stage.size.peek();
  if (!width || !height) return;
  const { scale, left, top } = stage.frame.peek();
  const size = Math.round(pointSize(stage.x.length, stage.view.peek().zoom) * ratio);
  pixels.resize(Math.round(width * ratio), Math.round(height * ratio));
  pixels.draw(scene, ground, { scale: scale * ratio, left: left * ratio, top: top * ratio }, size);
}

// at once, not in the next frame: a canvas that is resized is empty until it is drawn
function watchSize(canvas, stage, draw) {
  const observer = new ResizeObserver(([{ contentRect: { width, height }, devicePixelContentBoxSize: [exact] = [] }]) => {
    const ratio = exact && width ? exact.inlineSize / width : devicePixelRatio;
    stage.size.value = { width, height, ratio };
    draw();
  });
  const box = "device-pixel-content-box";
  observer.observe(canvas, "devicePixelContentBoxSize" in ResizeObserverEntry.prototype ? { box } : {});
  return () => observer.disconnect();
}

function watchDarkness(dark) {
  const tell = () => (dark.value = darkness.matches);
  darkness.addEventListener("change", tell);
  return () => darkness.removeEventListener("change", tell);
}
