// Fills the stats with what was before the page was opened.

import { MAX_STATS, askHistory, pointsOf, seriesIn } from "./recorded.js";
import { LONGEST } from "./stat.js";

/** How long rows are collected for one request, in milliseconds. */
const COLLECT = 100;
/** How many polls a row needs: those of its small line. */
const ROW_POLLS = 120;

/** How long the stream waits for what was missed, in milliseconds. */
const MISSED_TIMEOUT = 3000;

/**
 * The history that mmash has kept. It fills spans of the clock's indexes: that before the page was
 * opened, and those that a page without a stream missed. `onupdate()` is called when stats have more.
 */
export class History {
  #stats;
  #onupdate;
  /** A promise of the times before the page was opened; null if there is none yet. */
  #times = null;
  /** Of each span its first index, and that after its last. */
  #spans = [];
  /** How many spans stats were filled with, for charts and for rows. */
  #whole = new WeakMap();
  #short = new WeakMap();
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
      // At its first time the stream doesn't know what is new.
      this.missed(this.#stats.clock.start, 1);
      this.#onupdate();
    }
  }

  /** The times since the last one, as an answer has them; null if there is none, or nothing before. */
  since() {
    const { clock } = this.#stats;
    const signal = AbortSignal.timeout(MISSED_TIMEOUT);
    return clock.end > 0 ? askHistory([], { from: clock.at(clock.end - 1) }, signal) : null;
  }

  /** Notes that nothing is known of the indexes from `first` until before `end`. */
  missed(first, end) {
    this.#spans.push([first, end]);
  }

  /** Whether a stat has no history because there are too many stats. */
  isWithout(stat) {
    return this.#without.has(stat);
  }

  /** Fills stats of charts. */
  fill(stats) {
    const wanted = stats.filter((stat) => this.#isLacking(this.#whole, stat));
    this.#ask(wanted, this.#whole, Infinity, LONGEST);
  }

  /** Fills a stat of a row, soon: with others it is one request. */
  fillRow(stat) {
    if (!this.#isLacking(this.#short, stat) || !this.#isLacking(this.#whole, stat)) {
      return;
    }
    if (this.#rows.size === 0) {
      setTimeout(() => this.#fillRows(), COLLECT);
    }
    this.#rows.add(stat);
  }

  #isLacking(filled, stat) {
    return (filled.get(stat) ?? 0) < this.#spans.length;
  }

  #fillRows() {
    const stats = [...this.#rows];
    this.#rows.clear();
    this.#ask(stats, this.#short, ROW_POLLS);
  }

  /** Fills at most `polls` indexes up to the last one that is lacking. */
  async #ask(stats, filled, polls, capacity) {
    const before = Math.min(...stats.map((stat) => filled.get(stat) ?? 0));
    const spans = this.#spans.slice(before);
    const { clock } = this.#stats;
    const end = Math.max(...spans.map(([, end]) => end));
    const first = Math.max(clock.start, end - polls, Math.min(...spans.map(([first]) => first)));
    stats.forEach((stat) => filled.set(stat, this.#spans.length));
    if (stats.length === 0 || first >= end) {
      return;
    }
    for (let at = 0; at < stats.length; at += MAX_STATS) {
      const some = stats.slice(at, at + MAX_STATS);
      const answer = await askHistory(some, { from: clock.at(first) });
      if (answer) {
        this.#take(some, answer, { spans, first, end, capacity });
      } else {
        some.forEach((stat) => filled.set(stat, before));
      }
    }
    this.#onupdate();
  }

  #take(stats, answer, { spans, first, end, capacity }) {
    const { clock } = this.#stats;
    const isLacking = (index) => spans.some(([first, end]) => first <= index && index < end);
    const times = Array.from({ length: end - first }, (_, at) => clock.at(first + at));
    const points = pointsOf(times, answer).map((point, at) => (isLacking(first + at) ? point : -1));
    for (const stat of stats) {
      const series = seriesIn(answer, stat);
      if (series) {
        stat.fill(series, points, first, capacity);
      } else if (answer.full) {
        this.#without.add(stat);
      }
    }
  }
}
