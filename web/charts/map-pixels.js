/** MapPixels: the pixels of a canvas, where points are written as small discs. */

export class MapPixels {
  #context;
  #image;
  #pixels;

  constructor(canvas) {
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** Makes room for so many pixels of the screen. */
  resize(width, height) {
    if (this.#image?.width === width && this.#image.height === height) return;
    Object.assign(this.#context.canvas, { width, height });
    this.#image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /** Draws a scene on a ground, points so many pixels wide at `x * scale + left`, `y * scale + top`. */
  draw({ x, y, paint }, ground, { scale, left, top }, size) {
    const { width, height } = this.#image;
    const pixels = this.#pixels.fill(ground);
    const reach = Math.ceil(size / 2);
    const [right, bottom] = [width - reach, height - reach];
    const disc = discOf(size, width);
    for (let n = 0; n < paint.length; n += 1) {
      const column = (x[n] * scale + left) | 0;
      const row = (y[n] * scale + top) | 0;
      if (column < reach || row < reach || column >= right || row >= bottom) continue;
      const middle = row * width + column;
      for (let k = 0; k < disc.length; k += 1) pixels[middle + disc[k]] = paint[n];
    }
    this.#context.putImageData(this.#image, 0, 0);
  }
}

/** How far each pixel of a disc is from its middle, in an image of this width. */
function discOf(size, width) {
  const places = [];
  const before = Math.floor((size - 1) / 2);
  const middle = (size - 1) / 2 - before;
  for (let row = -before; row < size - before; row += 1) {
    for (let column = -before; column < size - before; column += 1) {
      if (Math.hypot(row - middle, column - middle) <= size / 2) places.push(row * width + column);
    }
  }
  return Int32Array.from(places);
}
