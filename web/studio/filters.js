/** Filters: which of many items are wanted, by any number of conditions; each knows what the others leave. */

/** Conditions over items 0 to `count` - 1. */
export class Filters {
  constructor(count) {
    this.count = count;
    /** How many conditions each item fails; 0 is wanted. */
    this.failed = new Uint8Array(count);
    this.conditions = new Map();
  }

  /** Puts a condition in place of the one of that name; `keeps(n)` tells whether it keeps item n, null takes it away. */
  set(name, keeps) {
    const before = this.conditions.get(name);
    const after = keeps && this.#missed(keeps);
    for (let n = 0; n < this.count; n += 1) {
      this.failed[n] += (after ? after[n] : 0) - (before ? before[n] : 0);
    }
    if (after) this.conditions.set(name, after);
    else this.conditions.delete(name);
  }

  /** The places of the items that all conditions keep, in order. */
  wanted() {
    const places = new Int32Array(this.count);
    let found = 0;
    for (let n = 0; n < this.count; n += 1) if (this.failed[n] === 0) places[found++] = n;
    return places.subarray(0, found);
  }

  /** How many of the items have each code of `codes`, counting all and what is left by every condition but that of `name`. */
  counts(name, codes, size) {
    const [all, left] = [new Uint32Array(size), new Uint32Array(size)];
    const own = this.conditions.get(name);
    for (let n = 0; n < this.count; n += 1) {
      const code = codes[n];
      if (code >= size) continue;
      all[code] += 1;
      if (this.failed[n] === (own ? own[n] : 0)) left[code] += 1;
    }
    return { all, left };
  }

  #missed(keeps) {
    const missed = new Uint8Array(this.count);
    for (let n = 0; n < this.count; n += 1) missed[n] = keeps(n) ? 0 : 1;
    return missed;
  }
}
