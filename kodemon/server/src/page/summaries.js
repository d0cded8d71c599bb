// How each function's execution times were spread over the range: asked for those that are seen, a
// few at a time, and kept as long as the range stays.

import { ask, pathOf } from "./api.js";
import { inSteps, isLive, rangeOf } from "./range.js";

/** A browser has six connections to a server; streams and the chart want some of them. */
const AT_ONCE = 3;
/** In about so many steps. */
const STEPS = 30;
/** More than are seen at one time; who scrolls on doesn't want the first ones any more. */
const MOST_WANTED = 200;
/** What is known is asked for again after such a part of a range that moves… */
const PART = 1 / 120;
/** …but not before so many milliseconds, and what isn't seen only after more. */
const YOUNG = 3000;
const YOUNG_UNSEEN = 60_000;

/** The summaries. `onnews()` is told when some came. */
export class Summaries {
  #view;
  /** The total of the chosen function, as its chart has it: no row says something else beside it. */
  #chosen = null;
  #known = new Map();
  #wanted = new Map();
  #rest = [];
  #asking = new Set();
  #abort = new AbortController();
  #onnews;

  constructor(onnews) {
    this.#onnews = onnews;
  }

  /** What is asked: range and token. Of another question nothing is known yet. */
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
      this.#wanted.clear();
      this.#asking.clear();
      this.#rest = [];
    }
  }

  /** What is known of a key: count, rate, p50, p99, the medians step by step, and how these grew. */
  of(key) {
    const figures = this.#known.get(key)?.figures;
    return figures && key === this.#chosen?.key ? { ...figures, ...this.#chosen.total } : figures;
  }

  /** The total of the chosen function is known. */
  hear(key, { count, rate, p50, p99 }) {
    this.#chosen = { key, total: { count, rate, p50, p99 } };
    this.#onnews();
  }

  /** A key is seen. */
  want(about) {
    if (this.#asking.has(about.key) || this.#isFresh(about)) {
      return;
    }
    this.#wanted.set(about.key, about);
    if (this.#wanted.size > MOST_WANTED) {
      this.#wanted.delete(this.#wanted.keys().next().value);
    }
    this.#work();
  }

  /** All of these are wanted, after those that are seen: only then can they be sorted. */
  wantAll(abouts) {
    this.#rest = abouts.filter((about) => !this.#isFresh(about, YOUNG_UNSEEN));
    this.#work();
  }

  #isFresh({ key, last_seen: last }, young = YOUNG) {
    const known = this.#known.get(key);
    if (!known) {
      return false;
    }
    const { from, to } = rangeOf(this.#view);
    // Nothing comes into a range that stands still, and nothing of what wasn't called since.
    const same = !isLive(this.#view) || (known.last === last && known.figures?.count === 0);
    const age = performance.now() - known.at;
    const old = age > (known.failed ? YOUNG : Math.max(young, (to - from) * PART * 1000));
    return (same && !known.failed) || !old;
  }

  #work() {
    while (this.#asking.size < AT_ONCE) {
      const about = this.#wanted.values().next().value ?? this.#rest.shift();
      if (!about) {
        return;
      }
      this.#wanted.delete(about.key);
      if (!this.#asking.has(about.key) && !this.#isFresh(about)) {
        this.#ask(about);
      }
    }
  }

  async #ask(about) {
    const { signal } = this.#abort;
    const { key, last_seen: last } = about;
    const question = { ...inSteps(this.#view, STEPS), token: this.#view.token };
    this.#asking.add(key);
    // Nobody needs to be asked about a range in which it wasn't called.
    const called = about.last_seen >= question.from && about.first_seen < question.to;
    const record = called
      ? await ask(pathOf(key, "summary"), question, signal).catch(() => null)
      : { total: { count: 0, rate: 0 }, buckets: [] };
    if (signal.aborted) {
      return;
    }
    this.#asking.delete(key);
    const figures = record ? figuresOf(record) : this.#known.get(key)?.figures;
    // Where there was no answer, it isn't asked again at once.
    this.#known.set(key, { at: performance.now(), last, figures, failed: !record });
    this.#onnews();
    this.#work();
  }
}

function figuresOf({ total: { count, rate, p50, p99 }, buckets }) {
  const medians = buckets.map((bucket) => bucket.p50 ?? NaN);
  const known = medians.filter(Number.isFinite);
  const trend = known.length > 1 ? known.at(-1) / known[0] : undefined;
  return { count, p50, p99, rate, trend, medians };
}
