/** WallPlace: which picture is at the top of the wall, so that it stays there when others come or go. */

/** Remembers what is at the top of a wall that is scrolled by `top` pixels. */
export function holdPlace(studio, top, { columns, row }) {
  if (studio.renewed) return; // it has yet to be put there
  const first = Math.floor(top / row) * columns;
  studio.held = { id: studio.ids[studio.wanted.peek()[first]], past: top % row };
}

/** How far to scroll so that the same is at the top again; the beginning, where other pictures are asked for. */
export function heldPlace(studio, { columns, row }) {
  const { held, renewed } = studio;
  studio.renewed = false;
  if (!renewed || !held) return 0;
  const n = studio.wanted.peek().findIndex((place) => studio.ids[place] === held.id);
  return n < 0 ? 0 : Math.floor(n / columns) * row + held.past;
}
