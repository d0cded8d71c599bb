// The executions of a function as points: all of them, or as many as a chart can show.

import { ask, pathOf, withEach } from "./api.js";

/** The number of points that are drawn, about. */
const MAX_POINTS = 8000;
/** Maximum number of executions that are fetched at once and then sampled. */
const MAX_FETCHED = 20_000;
/** Of more, some are fetched for each of this many parts of a step, a few parts at a time. */
const PARTS = 2;
const CONCURRENCY = 3;

/** Points, in any order. */
export class Points {
  times = [];
  values = [];
  /** The sampled part of new executions, the same as of older ones. */
  #share = 1;
  /** Executions that came during a fetch, which may have them, too. */
  #early = null;

  /** Fetches the executions of a summary; `onsome()` is called when some have come. */
  async load(key, { from, to, token }, summary, { signal, onsome }) {
    const { count } = summary.total;
    const parts = count <= MAX_FETCHED ? [{ from, to, limit: MAX_FETCHED }] : partsOf(summary);
    const known = new Set();
    this.#early = [];
    this.#share = count <= MAX_FETCHED ? Math.min(1, MAX_POINTS / count) : 1;
    try {
      await withEach(parts, CONCURRENCY, async (part) => {
        const { executions } = await ask(pathOf(key, "executions"), { token, ...part }, signal);
        executions.forEach((execution) => known.add(identity(execution)));
        this.#sample(executions);
        onsome();
      });
      this.#share = Math.min(1, this.times.length / count);
      this.#sample(this.#early.filter((execution) => !known.has(identity(execution))));
    } finally {
      this.#early = null;
    }
  }

  /** Adds new executions. */
  add(executions) {
    if (this.#early) {
      this.#early.push(...executions);
    } else {
      this.#sample(executions);
    }
  }

  #sample(executions) {
    for (const { timestamp, execution_time: took } of executions) {
      if (Math.random() < this.#share) {
        this.times.push(timestamp);
        this.values.push(took);
      }
    }
    while (this.times.length > 1.5 * MAX_POINTS) {
      this.#share /= 2;
      this.#keep(() => Math.random() < 0.5);
    }
  }

  /** Drops older ones. */
  dropBefore(time) {
    if (this.countIn(time, Infinity) < 0.9 * this.times.length) {
      this.#keep((at) => at >= time);
    }
  }

  #keep(wanted) {
    const kept = this.times.map((_, index) => index).filter((index) => wanted(this.times[index]));
    [this.times, this.values] = [this.times, this.values].map((all) => kept.map((index) => all[index]));
  }

  /** How many there are from `from` until before `to`. */
  countIn(from, to) {
    return this.times.reduce((sum, at) => sum + (at >= from && at < to ? 1 : 0), 0);
  }
}

function identity({ timestamp, execution_time: took, token }) {
  return `${timestamp} ${took} ${token}`;
}

/** Parts of a summary's steps in random order, each with its share of the points. */
function partsOf({ total, buckets }) {
  const called = buckets.filter(({ count }) => count > 0);
  const parts = called.flatMap(({ from, to, count }) => {
    const length = (to - from) / PARTS;
    const limit = Math.max(1, Math.round((MAX_POINTS * count) / total.count / PARTS));
    const begins = Array.from({ length: PARTS }, (_, index) => from + index * length);
    return begins.map((begin) => ({ from: begin, to: begin + length, limit, place: Math.random() }));
  });
  parts.sort((a, b) => a.place - b.place);
  return parts.map(({ from, to, limit }) => ({ from, to, limit }));
}
