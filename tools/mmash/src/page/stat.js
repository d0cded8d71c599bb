// One stat over all files, with its history since the page was opened.

import { Ring } from "../kit/series.js";

/** The longest history: an hour of polls one second apart. */
export const LONGEST = 3600;

/** One stat over all files. */
export class Stat {
  #series = new Map();
  #capacity;
  values = {};
  /** When the last file with it went, as a Unix time in seconds; null while files have it. */
  goneSince = null;

  /** `capacity` is how many numbers of each value are kept. */
  constructor(declared, capacity) {
    this.#capacity = capacity;
    this.update(declared);
  }

  /** Whether a declaration continues this stat: another kind or unit is another stat. */
  isOf({ kind, unit }) {
    return kind === this.kind && unit === this.unit;
  }

  /** Updates the declaration. */
  update(declared) {
    const { label, kind, unit, help, about, aggregate, range_end: rangeEnd = Infinity } = declared;
    this.declared = declared;
    /** `rangeEnd` is the largest value that has a bucket of a histogram. */
    Object.assign(this, { label, kind, unit, help, rangeEnd, goneSince: null });
    /** Whether it is about the process or mmash itself, and not about a program's work. */
    this.isSecondary = about !== "work";
    /** The value that only grows. Files without kinds have counters all the same. */
    this.counting =
      kind === "timer" || kind === "histogram" ? "count"
      : kind === "counter" || (kind === null && aggregate === "sum") ? "value"
      : null;
    /** Whether new values have a mean of their own. */
    this.hasMean = kind === "timer" || kind === "average";
    this.isText = kind === "info";
    this.recorded =
      kind === "histogram" ? ["count", "p50", "p90", "p99", "max"]
      : this.hasMean ? ["value", "count", "total"]
      : ["value", "least", "greatest"];
  }

  /** The history of a value, or undefined. */
  series(name) {
    return this.#series.get(name);
  }

  /** How many numbers its history has memory for at present. */
  get size() {
    return [...this.#series.values()].reduce((sum, series) => sum + series.size, 0);
  }

  /** A value at an index of the clock; NaN if it isn't known. */
  at(name, index) {
    return this.#series.get(name)?.at(index) ?? NaN;
  }

  /** The growth of a value since the previous index; NaN if it fell: that was a new file. */
  growth(name, index) {
    const growth = this.at(name, index) - this.at(name, index - 1);
    return growth >= 0 ? growth : NaN;
  }

  /** Records the present values. Indexes without a record become a gap. */
  record(index) {
    // A histogram's percentiles are of what is new: those of a long life hardly move.
    const values = this.kind === "histogram"
      ? { count: this.values.count, ...this.values.recent }
      : this.values;
    for (const name of this.recorded) {
      const number = numberOf(this, values[name]);
      let series = this.#series.get(name);
      if (!series) {
        if (Number.isNaN(number)) {
          continue;
        }
        series = new Ring(this.#capacity, index);
        this.#series.set(name, series);
      }
      series.skipTo(index);
      series.push(number);
    }
  }
}

/** A value of a stat as a number; NaN if it isn't one, or if a timestamp was never set. */
export function numberOf({ kind }, value) {
  switch (typeof value) {
    case "number":
      return kind === "timestamp" && value === 0 ? NaN : value;
    case "boolean":
      return Number(value);
    default:
      return value === "inf" ? Infinity : NaN;
  }
}
