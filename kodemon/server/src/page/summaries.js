// Summaries of each function's execution times over the range: fetched for visible rows, a few at a
// time, and kept until the range changes.

import { ask, pathOf } from "./api.js";
import { inSteps, isLive, rangeOf } from "./range.js";

/** A browser has six connections to a server; streams and the chart need some of them. */
const CONCURRENCY = 3;
/** The number of steps of a summary, about. */
const STEPS = 30;
/** More than are visible at a time; when the user scrolls on, the oldest requests are dropped. */
const MAX_REQUESTED = 200;
/** A summary is fetched again after this part of a live range … */
const PART = 1 / 120;
/** … but not before this many milliseconds, and later if its row isn't visible. */
const MIN_AGE = 3000;
const MIN_AGE_HIDDEN = 60_000;

/** The summaries. `onupdate()` is called when some were fetched. */
export class Summaries {
  #view;
  /** The total of the chosen function from its chart, so that its row shows the same. */
  #chosen = null;
  #known = new Map();
  #requested = new Map();
  #rest = [];
  #fetching = new Set();
  #abort = new AbortController();
  #onupdate;

  constructor(onupdate) {
    this.#onupdate = onupdate;
  }

  /** Sets range and token. With others, all summaries are dropped. */
  set view(view) {
    const isSame = (part) => view[part] === this.#view?.[part];
    const same = ["preset", "from", "to", "token"].every(isSame);
    if (!same || !isSame("key")) {
      this.#chosen = null;
    }
    this.#view = view;
    if (!same) {
      this.#abort.abort();
      this.#abort = new AbortController();
      this.#known.clear();
      this.#requested.clear();
      this.#fetching.clear();
      this.#rest = [];
    }
  }

  /** The summary of a key: count, rate, p50, p99, the medians by step, and their trend. */
  of(key) {
    const values = this.#known.get(key)?.values;
    return values && key === this.#chosen?.key ? { ...values, ...this.#chosen.total } : values;
  }

  /** Sets the total of the chosen function. */
  setChosen(key, { count, rate, p50, p99 }) {
    this.#chosen = { key, total: { count, rate, p50, p99 } };
    this.#onupdate();
  }

  /** Requests the summary of a visible row. */
  request(about) {
    if (this.#fetching.has(about.key) || this.#isFresh(about)) {
      return;
    }
    this.#requested.set(about.key, about);
    if (this.#requested.size > MAX_REQUESTED) {
      this.#requested.delete(this.#requested.keys().next().value);
    }
    this.#work();
  }

  /** Requests all summaries, after those of visible rows: sorting needs them. */
  requestAll(abouts) {
    this.#rest = abouts.filter((about) => !this.#isFresh(about, MIN_AGE_HIDDEN));
    this.#work();
  }

  #isFresh({ key, last_seen: last }, minAge = MIN_AGE) {
    const known = this.#known.get(key);
    if (!known) {
      return false;
    }
    const { from, to } = rangeOf(this.#view);
    // Nothing is added to a fixed range, or to a function that wasn't called since.
    const same = !isLive(this.#view) || (known.last === last && known.values?.count === 0);
    const age = performance.now() - known.at;
    const old = age > (known.failed ? MIN_AGE : Math.max(minAge, (to - from) * PART * 1000));
    return (same && !known.failed) || !old;
  }

  #work() {
    while (this.#fetching.size < CONCURRENCY) {
      const about = this.#requested.values().next().value ?? this.#rest.shift();
      if (!about) {
        return;
      }
      this.#requested.delete(about.key);
      if (!this.#fetching.has(about.key) && !this.#isFresh(about)) {
        this.#fetch(about);
      }
    }
  }

  async #fetch(about) {
    const { signal } = this.#abort;
    const { key, last_seen: last } = about;
    const query = { ...inSteps(this.#view, STEPS), token: this.#view.token };
    this.#fetching.add(key);
    // No request is needed for a range without calls.
    const called = about.last_seen >= query.from && about.first_seen < query.to;
    const record = called
      ? await ask(pathOf(key, "summary"), query, signal).catch(() => null)
      : { total: { count: 0, rate: 0 }, buckets: [] };
    if (signal.aborted) {
      return;
    }
    this.#fetching.delete(key);
    const values = record ? valuesOf(record) : this.#known.get(key)?.values;
    // Without an answer, it isn't requested again at once.
    this.#known.set(key, { at: performance.now(), last, values, failed: !record });
    this.#onupdate();
    this.#work();
  }
}

function valuesOf({ total: { count, rate, p50, p99 }, buckets }) {
  const medians = buckets.map((bucket) => bucket.p50 ?? NaN);
  const known = medians.filter(Number.isFinite);
  const trend = known.length > 1 ? known.at(-1) / known[0] : undefined;
  return { count, p50, p99, rate, trend, medians };
}
