// The stats as the stream tells them, with their history since the page was opened.

import { Ring } from "/kit/series.js";

/** An hour of seconds. */
const LONGEST = 3600;
/** So many looks at a stat are kept in all; with many stats each has a shorter history. */
const ROOM = 4_000_000;
const SHORTEST = 300;

/** One stat over all files. */
export class Stat {
  #series = new Map();
  #room;

  constructor(about, room) {
    this.#room = room;
    this.update(about);
    this.figures = {};
  }

  update({ label, kind, unit, help, aggregate }) {
    if (kind !== this.kind) {
      // What was recorded was something else.
      this.#series.clear();
    }
    Object.assign(this, { label, kind, unit, help });
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

  /** A figure at a place; NaN where it isn't known. */
  at(name, place) {
    return this.#series.get(name)?.at(place) ?? NaN;
  }

  /** How much a figure has grown since the place before; NaN where it fell: that was a new file. */
  growth(name, place) {
    const growth = this.at(name, place) - this.at(name, place - 1);
    return growth >= 0 ? growth : NaN;
  }

  record(place) {
    // A histogram's percentiles are of what is new: over all of a long life nothing moves.
    const figures = this.kind === "histogram"
      ? { count: this.figures.count, ...this.figures.recent }
      : this.figures;
    for (const name of this.recorded) {
      const number = numberOf(figures[name]);
      let series = this.#series.get(name);
      if (!series) {
        if (Number.isNaN(number)) {
          continue;
        }
        series = new Ring(this.#room, place);
        this.#series.set(name, series);
      }
      series.push(number);
    }
  }

  /** Nothing is known of the present place. */
  skip() {
    this.#series.forEach((series) => series.push(NaN));
  }
}

function numberOf(figure) {
  return typeof figure === "number" ? figure : typeof figure === "boolean" ? Number(figure) : NaN;
}

/** All stats, by label: a server that began anew gives other ids. */
export class Stats {
  #byId = new Map();
  #room = LONGEST;
  byLabel = new Map();
  /** Unix times in seconds of the looks at the files. */
  clock = new Ring(LONGEST);
  files = 0;

  /** Whether every label begins so. */
  areAll(prefix) {
    return ![...this.byLabel.keys()].some((label) => !label.startsWith(prefix));
  }

  /** Takes in all of a state; what was known before is kept, behind a gap. */
  whole(step) {
    if (this.clock.end > 0) {
      this.clock.push(step.time);
      this.byLabel.forEach((stat) => stat.skip());
    }
    this.#room = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(ROOM / step.new.length)));
    this.#byId.clear();
    const present = new Set(step.new.map(({ label }) => label));
    for (const label of this.byLabel.keys()) {
      if (!present.has(label)) {
        this.byLabel.delete(label);
      }
    }
    this.change(step);
    return true;
  }

  /** Takes in what has changed; gives whether stats came or went. */
  change({ time, files, new: born, gone, values }) {
    this.files = files;
    for (const id of gone) {
      this.byLabel.delete(this.#byId.get(id)?.label);
      this.#byId.delete(id);
    }
    for (const about of born) {
      const known = this.byLabel.get(about.label);
      const stat = known ?? new Stat(about, this.#room);
      stat.update(about);
      this.#byId.set(about.id, stat);
      this.byLabel.set(about.label, stat);
    }
    for (const [id, figures] of values) {
      this.#byId.get(id).figures = figures;
    }
    const place = this.clock.end;
    this.clock.push(time);
    this.byLabel.forEach((stat) => stat.record(place));
    return born.length + gone.length > 0;
  }
}
