/** Neighbours: the items that stand nearest to one on the map. */

const SHOWN = 12;

/** Places of at most twelve others, the nearest first. */
export function nearestTo({ x, y }, place) {
  const found = [];
  for (let n = 0; n < x.length; n += 1) {
    if (n === place || Number.isNaN(x[n])) continue;
    const away = (x[n] - x[place]) ** 2 + (y[n] - y[place]) ** 2;
    if (found.length === SHOWN && away >= found.at(-1)[0]) continue;
    found.push([away, n]);
    found.sort(([one], [other]) => one - other);
    found.length = Math.min(found.length, SHOWN);
  }
  return found.map(([, n]) => n);
}
