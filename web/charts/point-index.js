/** PointIndex: points in the cells of a grid, so that what is near is found without looking at all. */

const A_CELL = 4;
const MOST_CELLS = 1_000_000;

export class PointIndex {
  #x;
  #y;
  #bounds;
  #starts;
  #members;

  constructor(x, y, bounds) {
    [this.#x, this.#y, this.#bounds] = [x, y, bounds];
    const cells = Math.min(Math.max(x.length / A_CELL, 1), MOST_CELLS);
    this.cell = Math.max(Math.sqrt((bounds.width * bounds.height) / cells), bounds.width / cells, bounds.height / cells);
    this.columns = Math.floor(bounds.width / this.cell) + 1;
    this.rows = Math.floor(bounds.height / this.cell) + 1;
    this.#fill();
  }

  /** The point nearest to a place that is not beyond reach and that is accepted; null where there is none. */
  nearest({ x, y }, reach, accepts) {
    const best = { index: null, distance: reach };
    const [column, row] = [this.#column(x), this.#row(y)];
    const rings = Math.max(column, this.columns - column, row, this.rows - row);
    for (let ring = 0; ring <= rings && (ring - 1) * this.cell <= best.distance; ring += 1) {
      this.#ring(column, row, ring, (index) => {
        const distance = Math.hypot(this.#x[index] - x, this.#y[index] - y);
        if (distance <= best.distance && accepts(index)) Object.assign(best, { index, distance });
      });
    }
    return best.index;
  }

  /** The points within an outline, a list of `{x, y}`, that are accepted, by rising index. */
  inside(outline, accepts) {
    const found = [];
    const [columns, rows] = [this.#range(outline, "x"), this.#range(outline, "y")];
    for (let row = rows[0]; row <= rows[1]; row += 1) {
      for (let column = columns[0]; column <= columns[1]; column += 1) {
        this.#each(column, row, (index) => {
          if (accepts(index) && holds(outline, this.#x[index], this.#y[index])) found.push(index);
        });
      }
    }
    return Uint32Array.from(found).sort();
  }

  /** Sorts points by cell: those of cell n are the members from starts[n] to starts[n + 1]. */
  #fill() {
    const cells = Uint32Array.from(this.#x, (x, n) => this.#row(this.#y[n]) * this.columns + this.#column(x));
    this.#starts = new Uint32Array(this.columns * this.rows + 1);
    for (const cell of cells) this.#starts[cell + 1] += 1;
    for (let cell = 0; cell < this.#starts.length - 1; cell += 1) this.#starts[cell + 1] += this.#starts[cell];
    const next = this.#starts.slice();
    this.#members = new Uint32Array(cells.length);
    cells.forEach((cell, index) => {
      this.#members[next[cell]++] = index;
    });
  }

  #column(x) {
    return Math.floor((x - this.#bounds.left) / this.cell);
  }

  #row(y) {
    return Math.floor((y - this.#bounds.top) / this.cell);
  }

  #range(outline, axis) {
    const cells = outline.map((place) => (axis === "x" ? this.#column(place.x) : this.#row(place.y)));
    const last = (axis === "x" ? this.columns : this.rows) - 1;
    return [Math.max(Math.min(...cells), 0), Math.min(Math.max(...cells), last)];
  }

  #ring(column, row, ring, look) {
    for (let down = -ring; down <= ring; down += 1) {
      const step = Math.abs(down) === ring ? 1 : 2 * ring;
      for (let right = -ring; right <= ring; right += step) this.#each(column + right, row + down, look);
    }
  }

  #each(column, row, look) {
    if (column < 0 || row < 0 || column >= this.columns || row >= this.rows) return;
    const cell = row * this.columns + column;
    for (let at = this.#starts[cell]; at < this.#starts[cell + 1]; at += 1) look(this.#members[at]);
  }
}

/** Whether a line from a place to the right crosses the outline an odd number of times. */
function holds(outline, x, y) {
  let within = false;
  for (let n = 0, before = outline.length - 1; n < outline.length; before = n, n += 1) {
    const [one, other] = [outline[n], outline[before]];
    if (one.y > y !== other.y > y && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x) within = !within;
  }
  return within;
}
