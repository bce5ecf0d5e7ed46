/**
 * Filters: which of many items are wanted, by any number of conditions; each knows what the others leave.
 *
 * Most changes move few items, one bin of a histogram for instance: what has been counted is kept
 * and follows these alone.
 */

/** Conditions over items 0 to `count` - 1. */
export class Filters {
  constructor(count) {
    this.count = count;
    /** How many conditions each item fails; 0 is wanted. */
    this.failed = new Uint8Array(count);
    this.conditions = new Map();
    this.counters = new Map();
    this.none = new Uint8Array(count);
  }

  /** Puts a condition in place of the one of that name; `keeps(n)` tells whether it keeps item n, null takes it away. */
  set(name, keeps) {
    const before = this.#missedBy(name);
    const after = keeps ? this.#missed(keeps) : this.none;
    const moved = this.#move(before, after);
    if (keeps) this.conditions.set(name, after);
    else this.conditions.delete(name);
    for (const [counted, counter] of this.counters) {
      if (counted !== name) follow(counter, moved, { failed: this.failed, own: this.#missedBy(counted), after });
    }
  }

  /** The places of the items that all conditions keep, in order. */
  wanted() {
    const { failed } = this;
    const places = new Int32Array(this.count);
    let found = 0;
    for (let n = 0; n < failed.length; n += 1) if (failed[n] === 0) places[found++] = n;
    return places.subarray(0, found);
  }

  /** For each of these places 1 where all conditions keep its item, else 0. */
  mask(places) {
    const { failed } = this;
    const mask = new Uint8Array(places.length);
    for (let n = 0; n < places.length; n += 1) mask[n] = failed[places[n]] === 0 ? 1 : 0;
    return mask;
  }

  /** How many of the items have each code of `codes`, counting all and what is left by every condition but that of `name`. */
  counts(name, codes, size) {
    if (this.counters.get(name)?.codes !== codes) this.counters.set(name, this.#counted(name, codes, size));
    const { all, left } = this.counters.get(name);
    return { all, left: left.slice() };
  }

  #counted(name, codes, size) {
    const { failed } = this;
    const own = this.#missedBy(name);
    const [all, left] = [new Uint32Array(size), new Uint32Array(size)];
    for (let n = 0; n < failed.length; n += 1) {
      const code = codes[n];
      if (code >= size) continue;
      all[code] += 1;
      if (failed[n] === own[n]) left[code] += 1;
    }
    return { codes, all, left };
  }

  /** The places where two conditions differ, once what each item fails has followed. */
  #move(before, after) {
    const { failed } = this;
    const places = new Int32Array(this.count);
    let found = 0;
    for (let n = 0; n < failed.length; n += 1) {
      if (before[n] === after[n]) continue;
      failed[n] += after[n] - before[n];
      places[found++] = n;
    }
    return places.subarray(0, found);
  }

  #missedBy(name) {
    return this.conditions.get(name) ?? this.none;
  }

  #missed(keeps) {
    const missed = new Uint8Array(this.count);
    for (let n = 0; n < missed.length; n += 1) missed[n] = keeps(n) ? 0 : 1;
    return missed;
  }
}

/** Counts anew what has moved: an item is left to `own` where it fails nothing else. */
function follow({ codes, left }, moved, { failed, own, after }) {
  for (let k = 0; k < moved.length; k += 1) {
    const n = moved[k];
    const code = codes[n];
    if (code >= left.length) continue;
    const others = failed[n] - own[n];
    if (others === 0) left[code] += 1;
    else if (others === 1 && after[n] === 1) left[code] -= 1;
  }
}
