// The executions of a function as points: all of them, or as many as a chart can show.

import { ask, pathOf, withEach } from "./api.js";

/** So many points are drawn, about. */
const MOST = 8000;
/** So many executions are asked for at one time, from which chance takes those that are drawn. */
const ALL = 20_000;
/** Of more, some are asked for in each of so many parts of a step, a few parts at a time. */
const PARTS = 2;
const AT_ONCE = 3;

/** Points, in any order. */
export class Points {
  times = [];
  values = [];
  /** Such a part of what comes is taken, so that all are shown alike. */
  #share = 1;
  /** What came while the others were asked for; they may have it, too. */
  #early = null;

  /** Asks for those that a summary is of; `onsome()` is told when some are there. */
  async load(key, { from, to, token }, summary, { signal, onsome }) {
    const { count } = summary.total;
    const parts = count <= ALL ? [{ from, to, limit: ALL }] : partsOf(summary);
    const known = new Set();
    this.#early = [];
    this.#share = count <= ALL ? Math.min(1, MOST / count) : 1;
    try {
      await withEach(parts, AT_ONCE, async (part) => {
        const { executions } = await ask(pathOf(key, "executions"), { token, ...part }, signal);
        executions.forEach((execution) => known.add(identity(execution)));
        this.#take(executions);
        onsome();
      });
      this.#share = Math.min(1, this.times.length / count);
      this.#take(this.#early.filter((execution) => !known.has(identity(execution))));
    } finally {
      this.#early = null;
    }
  }

  /** Executions came. */
  add(executions) {
    if (this.#early) {
      this.#early.push(...executions);
    } else {
      this.#take(executions);
    }
  }

  #take(executions) {
    for (const { timestamp, execution_time: took } of executions) {
      if (Math.random() < this.#share) {
        this.times.push(timestamp);
        this.values.push(took);
      }
    }
    while (this.times.length > 1.5 * MOST) {
      this.#share /= 2;
      this.#keep(() => Math.random() < 0.5);
    }
  }

  /** Forgets what is older. */
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

/** Parts of a summary's steps, with as many of each as are due to it: here and there, not in a row. */
function partsOf({ total, buckets }) {
  const called = buckets.filter(({ count }) => count > 0);
  const parts = called.flatMap(({ from, to, count }) => {
    const length = (to - from) / PARTS;
    const limit = Math.max(1, Math.round((MOST * count) / total.count / PARTS));
    const begins = Array.from({ length: PARTS }, (_, index) => from + index * length);
    return begins.map((begin) => ({ from: begin, to: begin + length, limit, place: Math.random() }));
  });
  parts.sort((a, b) => a.place - b.place);
  return parts.map(({ from, to, limit }) => ({ from, to, limit }));
}
