// One stat over all files, with its history since the page was opened.

import { Ring } from "../kit/series.js";

/** One stat over all files. */
export class Stat {
  #series = new Map();
  #room;
  figures = {};
  /** Since when no file has it, as a Unix time in seconds; null while files have it. */
  goneSince = null;

  /** `room` is how many numbers of each figure are kept. */
  constructor(about, room) {
    this.#room = room;
    this.update(about);
  }

  /** Whether a declaration continues this stat: numbers of another kind or unit are of another one. */
  isOf({ kind, unit }) {
    return kind === this.kind && unit === this.unit;
  }

  /** Takes in how it is declared now. */
  update(declared) {
    const { label, kind, unit, help, about, aggregate, range_end: rangeEnd = Infinity } = declared;
    this.declared = declared;
    /** `rangeEnd` is the largest value that a histogram tells apart. */
    Object.assign(this, { label, kind, unit, help, rangeEnd, goneSince: null });
    /** Whether it is about the process or mmash itself, and not about a program's work. */
    this.isBehind = about !== "work";
    /** The figure that only grows. Files that tell no kinds have counters all the same. */
    this.counting =
      kind === "timer" || kind === "histogram" ? "count"
      : kind === "counter" || (kind === null && aggregate === "sum") ? "value"
      : null;
    /** Whether what is new can have a mean of its own. */
    this.hasMean = kind === "timer" || kind === "average";
    this.isText = kind === "info";
    this.recorded =
      kind === "histogram" ? ["count", "p50", "p90", "p99", "max"]
      : this.hasMean ? ["value", "count", "total"]
      : ["value", "least", "greatest"];
  }

  /** The history of a figure, or undefined. */
  series(name) {
    return this.#series.get(name);
  }

  /** How many numbers its history has room for at present. */
  get size() {
    return [...this.#series.values()].reduce((sum, series) => sum + series.size, 0);
  }

  /** A figure at a place; NaN where it isn't known. */
  at(name, place) {
    return this.#series.get(name)?.at(place) ?? NaN;
  }

  /** How much a figure has grown since the place before; NaN where it fell: that was a new file. */
  growth(name, place) {
    const growth = this.at(name, place) - this.at(name, place - 1);
    return growth >= 0 ? growth : NaN;
  }

  /** Keeps the present figures. Places at which nothing was recorded become a gap. */
  record(place) {
    // A histogram's percentiles are of what is new: over all of a long life nothing moves.
    const figures = this.kind === "histogram"
      ? { count: this.figures.count, ...this.figures.recent }
      : this.figures;
    for (const name of this.recorded) {
      const number = numberOf(this, figures[name]);
      let series = this.#series.get(name);
      if (!series) {
        if (Number.isNaN(number)) {
          continue;
        }
        series = new Ring(this.#room, place);
        this.#series.set(name, series);
      }
      series.skipTo(place);
      series.push(number);
    }
  }
}

/** A figure of a stat as a number; NaN where it isn't one, or where a timestamp was never set. */
export function numberOf({ kind }, figure) {
  switch (typeof figure) {
    case "number":
      return kind === "timestamp" && figure === 0 ? NaN : figure;
    case "boolean":
      return Number(figure);
    default:
      return figure === "inf" ? Infinity : NaN;
  }
}
