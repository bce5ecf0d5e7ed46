/** Text that others wrote: shown so that nothing in it can hide or reorder what stands around it. */

const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

// control characters, lone surrogates, and marks that are invisible or turn the direction of writing;
// the two joiners stay: emoji and Persian need them
const UNSEEN =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** The same text with unseen characters escaped: `\n`, `\u202E`. */
export function visible(text) {
  return String(text).replace(UNSEEN, (mark) => SHORT[mark] ?? escaped(mark));
}

/** A path in its two halves, `["a/b/", "c.jpg"]`, both visible. */
export function pathParts(path) {
  const cut = path.lastIndexOf("/") + 1;
  return [visible(path.slice(0, cut)), visible(path.slice(cut))];
}

function escaped(mark) {
  return `\\u${mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
