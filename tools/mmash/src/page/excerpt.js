// What mmash has recorded of a range, where that is more than the page knows.

import { Ring } from "../kit/series.js";
import { MAX_STATS, askHistory, seriesIn } from "./recorded.js";

/** A stat with the numbers of an excerpt. */
function pastOf(stat, series = {}) {
  return Object.assign(Object.create(stat), {
    at: (name, index) => series[name]?.[index] ?? NaN,
    series: (name) => series[name],
    hasNewMean: series.mean !== undefined,
  });
}

/** The excerpt of the range that is shown. `onupdate()` is called when there is another one. */
export class Excerpt {
  #onupdate;
  #state = "";
  #clock = null;
  #stats = new Map();

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
        this.#ask(state, range, stats.slice(0, MAX_STATS));
      }
    }
  }

  /** The times, if there are more in the range than a clock has. */
  clockBeyond(clock, { from, to }) {
    const count = (times) => times.search(to) - times.search(from);
    return this.#clock && count(this.#clock) > count(clock) ? this.#clock : null;
  }

  /** A stat as it is in the excerpt. */
  statOf(stat) {
    return this.#stats.get(stat) ?? pastOf(stat);
  }

  async #ask(state, { from, to }, stats) {
    // A line leads to a point outside of the range on either side.
    const margin = (to - from) / 10;
    const answer = await askHistory(stats, { from: Math.max(0, from - margin), to: to + margin });
    if (!answer || state !== this.#state) {
      return;
    }
    this.#clock = new Ring(Math.max(1, answer.times.length));
    answer.times.forEach((time) => this.#clock.push(time));
    this.#stats = new Map(stats.map((stat) => [stat, pastOf(stat, seriesIn(answer, stat))]));
    this.#onupdate();
  }
}
