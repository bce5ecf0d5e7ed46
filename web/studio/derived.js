/** Derived: the attributes that people see, from the columns that the server keeps of every item. */

const SAME = ["width", "height", "size_bytes", "contrast", "entropy", "sharpness", "colourfulness", "colour_cast",
  "overexposed", "underexposed", "noise", "blockiness", "jpeg_quality"];
const RENAMED = { brightness: "brightness_mean", dark: "brightness_p99", light: "brightness_p05", saturation: "saturation_mean" };
const BORDERS = ["border_top", "border_bottom", "border_left", "border_right"];

/** The columns to ask for. */
export const ASKED = [...SAME, ...Object.values(RENAMED), ...BORDERS, "label", "split", "format"];

/** Values by attribute, NaN where there is none. */
export function attributesOf(columns) {
  const told = Object.fromEntries(SAME.map((name) => [name, columns[name]]));
  for (const [name, kept] of Object.entries(RENAMED)) told[name] = columns[kept];
  told.aspect_ratio = made(columns, ({ width, height }, n) => width[n] / height[n]);
  told.border = made(columns, bordered);
  told.jpeg_quality = made(columns, ({ jpeg_quality: quality }, n) => quality[n] || NaN);
  return told;
}

function made(columns, value) {
  const values = new Float32Array(columns.width.length);
  for (let n = 0; n < values.length; n += 1) values[n] = value(columns, n);
  return values;
}

/** The share of the area that bars along the sides take. */
function bordered(columns, n) {
  const [top, bottom, left, right] = BORDERS.map((name) => columns[name][n]);
  return 1 - Math.max(1 - top - bottom, 0) * Math.max(1 - left - right, 0);
}
