// What mmash has recorded of a range, where that is more than the page knows.

import { Ring } from "../kit/series.js";
import { MAX_STATS, askHistory, seriesIn } from "./recorded.js";
import { LONGEST } from "./stat.js";

/**
 * A stat with the numbers of an excerpt up to a seam, which has `count` of each; those that follow are
 * the stat's own, from its index `next` on.
 */
function pastOf(stat, seam, series = {}) {
  return Object.assign(Object.create(stat), {
    at: (name, index) =>
      index < seam.count ? (series[name]?.[index] ?? NaN) : stat.at(name, index - seam.count + seam.next),
    series: (name) => series[name] ?? stat.series(name),
    hasNewMean: series.mean !== undefined || stat.hasNewMean,
  });
}

/** The excerpt of the range that is shown. `onupdate()` is called when there is another one. */
export class Excerpt {
  #onupdate;
  #state = "";
  #clock = null;
  #stats = new Map();
  /** How many times it has, and the index of the stream's first one after them, once it is known. */
  #seam = { count: 0, next: null };

  constructor(onupdate) {
    this.#onupdate = onupdate;
  }

  /** Asks for a range of these stats, unless that was done; null asks for nothing. */
  show(range, stats) {
    const state = range && JSON.stringify([range, stats.map(({ label, name }) => label ?? [name])]);
    if (state !== this.#state) {
      this.#state = state;
      this.#clock = null;
      if (range && stats.length > 0) {
        this.#ask(state, range, stats);
      }
    }
  }

  /** The times, if there are more in the range than a clock has. They go on with the clock's. */
  clockBeyond(clock, { from, to }) {
    if (this.#clock === null) {
      return null;
    }
    // What ended before the clock begins isn't gone on with.
    if (clock.at(clock.start) <= to) {
      this.#follow(clock);
    }
    const count = (times) => times.search(to) - times.search(from);
    return count(this.#clock) > count(clock) ? this.#clock : null;
  }

  /** A stat as it is in the excerpt. */
  statOf(stat) {
    return this.#stats.get(stat) ?? pastOf(stat, this.#seam);
  }

  /** Takes in what comes after the excerpt. */
  #follow(clock) {
    const { count, next } = this.#seam;
    if (next === null) {
      const last = this.#clock.at(count - 1);
      const index = clock.search(last);
      this.#seam.next = clock.at(index) === last ? index + 1 : index;
    }
    while (this.#clock.end - count < clock.end - this.#seam.next) {
      this.#clock.push(clock.at(this.#clock.end - count + this.#seam.next));
    }
  }

  async #ask(state, { from, to }, stats) {
    // A line leads to a point outside of the range on either side.
    const margin = (to - from) / 10;
    const range = { from: Math.max(0, from - margin), to: to + margin };
    const series = new Map();
    let times = null;
    for (let at = 0; at < stats.length; at += MAX_STATS) {
      const some = stats.slice(at, at + MAX_STATS);
      const answer = await askHistory(some, range);
      if (state !== this.#state) {
        return;
      }
      if (!answer || (times && answer.times[0] !== times[0])) {
        // It is asked for again with the next poll.
        this.#state = "";
        return;
      }
      times ??= answer.times;
      some.forEach((stat) => series.set(stat, seriesIn(answer, stat)));
    }
    const seam = { count: times.length, next: null };
    this.#seam = seam;
    this.#stats = new Map(stats.map((stat) => [stat, pastOf(stat, seam, series.get(stat))]));
    this.#clock = new Ring(times.length + LONGEST);
    times.forEach((time) => this.#clock.push(time));
    this.#onupdate();
  }
}
