// One stat over all files, with its history.

import { visible } from "../kit/escape.js";
import { Ring } from "../kit/series.js";

/** The longest history: an hour of polls one second apart. */
export const LONGEST = 3600;

/** What was counted, if nobody knows. */
export const UNKNOWN = { count: NaN, total: NaN };

/** Dimensions as they are shown, key and value: `method` and `"GET"`. */
export function shownPairs(labels) {
  const quoted = (text) => `"${visible(text.replace(/["\\]/g, "\\$&"))}"`;
  const named = (key) => (/^[a-z_][a-z0-9_]*$/i.test(key) ? key : quoted(key));
  return Object.entries(labels).map(([key, value]) => [named(key), quoted(value)]);
}

/** The same as a text: `method="GET", tenant="acme"`. */
export function dimensionsText(labels) {
  return shownPairs(labels).map((pair) => pair.join("=")).join(", ");
}

/** One stat over all files: a series, a plain stat, or all series of a name. */
export class Stat {
  #series = new Map();
  #capacity;
  /** What was counted at the index recorded last, and the values' sum. */
  #last = { index: NaN, count: NaN, total: NaN };
  values = {};
  /** Whether the mean of what is new is known. */
  hasNewMean = false;
  /** When the last file with it went, as a Unix time in seconds; null while files have it. */
  goneSince = null;

  /** `capacity` is how many numbers of each value are kept. */
  constructor(declared, capacity) {
    this.#capacity = capacity;
    this.update(declared);
  }

  /** What a filter searches: the label, and its dimensions without quotes and escapes. */
  get searched() {
    return [this.label, ...Object.entries(this.labels).map((pair) => pair.join("="))].join("\n");
  }

  /** Whether a declaration continues this stat: another kind or unit is another stat. */
  isOf({ kind, unit }) {
    return kind === this.kind && unit === this.unit;
  }

  /** Updates the declaration. */
  update(declared) {
    const { label, name, labels = {}, kind, unit, help } = declared;
    const { about, aggregate, range_end: rangeEnd = Infinity } = declared;
    this.declared = declared;
    /** Names have no label. `rangeEnd` is the largest value that has a bucket of a histogram. */
    Object.assign(this, { label, name, kind, unit, help, rangeEnd, goneSince: null });
    this.labels = labels;
    this.dimensions = dimensionsText(labels);
    /** Whether it is about the process or mmash itself, and not about a program's work. */
    this.isSecondary = about !== "work";
    /** The value that only grows. Files without kinds have counters all the same. */
    this.counting =
      kind === "timer" || kind === "histogram" ? "count"
      : kind === "counter" || (kind === null && aggregate === "sum") ? "value"
      : null;
    /** Whether the stream says what is new over all files. */
    this.isAddedUp = this.counting !== "value" || aggregate === "sum";
    /** Whether new values have a mean of their own. */
    this.hasMean = kind === "timer" || kind === "average";
    this.isText = kind === "info";
    /** Whether the values of several add up to one. */
    this.isSum = aggregate === "sum" && !this.hasMean && kind !== "histogram";
    this.recorded =
      kind === "histogram" ? ["p50", "p90", "p99", "max"]
      : this.hasMean ? ["value"]
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

  /** What was counted since the previous index, by the present values; NaN if it isn't known. */
  increase(index) {
    const { values } = this;
    const last = this.#last;
    const total = values.total ?? NaN;
    this.#last = { index, count: values[this.counting ?? "count"] ?? NaN, total };
    const count = this.#last.count - last.count;
    // What fell is another file's.
    return last.index === index - 1 && count >= 0 ? { count, total: total - last.total } : UNKNOWN;
  }

  /** Records the present values, and what was counted in the `interval` before, in seconds. Indexes
   * without a record become a gap. */
  record(index, { count, total }, interval) {
    // A histogram's percentiles are of what is new: those of a long life hardly move.
    const values = (this.kind === "histogram" ? this.values.recent : this.values) ?? {};
    for (const name of this.recorded) {
      this.#push(name, index, numberOf(this, values[name]));
    }
    this.#recordIncrease(index, count, total, interval);
  }

  /** Records what was counted last by files that are gone. */
  recordLast(index, { count, total }, interval) {
    this.#recordIncrease(index, count, total, interval);
  }

  /**
   * Fills what isn't known: `points` has for each index from `first` on which of a series' numbers it
   * has, or -1. The last `capacity` numbers are kept.
   */
  fill(series, points, first, capacity = this.#capacity) {
    this.#capacity = capacity;
    const end = first + points.length;
    for (const [name, numbers] of Object.entries(series)) {
      const ring = this.#series.get(name) ?? new Ring(capacity, end);
      this.#series.set(name, ring);
      ring.skipTo(end);
      ring.fill(first, (index) => (index < end ? (numbers[points[index - first]] ?? NaN) : NaN), capacity);
    }
    this.hasNewMean ||= series.mean !== undefined;
  }

  #recordIncrease(index, count, total, interval) {
    if (this.counting !== null) {
      this.#push("rate", index, count / interval);
    }
    if (this.hasMean && this.values.total !== undefined) {
      this.hasNewMean = true;
    }
    if (this.hasNewMean) {
      this.#push("mean", index, total / count);
    }
  }

  #push(name, index, number) {
    let series = this.#series.get(name);
    if (!series) {
      if (Number.isNaN(number)) {
        return;
      }
      series = new Ring(this.#capacity, index);
      this.#series.set(name, series);
    }
    series.skipTo(index);
    series.push(number);
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
