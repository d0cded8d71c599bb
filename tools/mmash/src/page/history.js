// Fills the stats with what was before the page was opened.

import { MAX_STATS, askHistory, pointsOf, seriesIn } from "./recorded.js";
import { LONGEST } from "./stat.js";

/** How long rows are collected for one request, in milliseconds. */
const COLLECT = 100;
/** How many polls a row needs: those of its small line. */
const ROW_POLLS = 120;

/** The history that mmash has kept. `onupdate()` is called when stats have more of it. */
export class History {
  #stats;
  #onupdate;
  /** A promise of the times before the page was opened; null if there is none yet. */
  #times = null;
  /** The stats that were asked for: those with all of their history, those with a row's. */
  #whole = new WeakSet();
  #short = new WeakSet();
  #rows = new Set();
  /** The stats without a history, because there are too many of them. */
  #without = new WeakSet();

  constructor(stats, onupdate) {
    this.#stats = stats;
    this.#onupdate = onupdate;
  }

  /** Begins, once the stream has begun. */
  async begin() {
    this.#times ??= askHistory([]);
    const answer = await this.#times;
    if (!answer) {
      this.#times = null;
    } else if (this.#stats.precede(answer)) {
      this.#onupdate();
    }
  }

  /** Whether a stat has no history because there are too many stats. */
  isWithout(stat) {
    return this.#without.has(stat);
  }

  /** Fills stats of charts. */
  fill(stats) {
    const wanted = stats.filter((stat) => !this.#whole.has(stat));
    wanted.forEach((stat) => this.#whole.add(stat));
    this.#ask(wanted, this.#whole, {}, LONGEST);
  }

  /** Fills a stat of a row, soon: with others it is one request. */
  fillRow(stat) {
    if (this.#times === null || this.#short.has(stat) || this.#whole.has(stat)) {
      return;
    }
    this.#short.add(stat);
    if (this.#rows.size === 0) {
      setTimeout(() => this.#fillRows(), COLLECT);
    }
    this.#rows.add(stat);
  }

  async #fillRows() {
    const stats = [...this.#rows];
    this.#rows.clear();
    await this.#times;
    const { clock } = this.#stats;
    const from = clock.at(Math.max(clock.start, -ROW_POLLS));
    if (from < clock.at(0)) {
      await this.#ask(stats, this.#short, { from });
    }
  }

  async #ask(stats, asked, range, capacity) {
    if (stats.length === 0) {
      return;
    }
    await this.#times;
    for (let at = 0; at < stats.length; at += MAX_STATS) {
      const some = stats.slice(at, at + MAX_STATS);
      const answer = await askHistory(some, range);
      if (answer) {
        this.#take(some, answer, capacity);
      } else {
        some.forEach((stat) => asked.delete(stat));
      }
    }
    this.#onupdate();
  }

  /** Values up to the first ones of the stream are taken: at that time it doesn't know what is new. */
  #take(stats, answer, capacity) {
    const { clock } = this.#stats;
    const first = clock.start;
    const times = Array.from({ length: Math.max(0, 1 - first) }, (_, index) => clock.at(first + index));
    const points = pointsOf(times, answer);
    for (const stat of stats) {
      const series = seriesIn(answer, stat);
      if (series) {
        stat.precede(series, points, first, capacity);
      } else if (answer.full) {
        this.#without.add(stat);
      }
    }
  }
}
