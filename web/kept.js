/** Kept: what this browser remembers from one visit to the next; some keep nothing, and pages work without. */

const PREFIX = "meanwhile.";

export function keep(name, text) {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // then it holds for this page only
  }
}

/** What was kept under a name, or null. */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // there was nothing
  }
}
