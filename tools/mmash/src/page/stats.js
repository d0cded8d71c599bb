// The stats of the stream, and those that are gone as long as their history is kept.

import { Ring } from "../kit/series.js";
import { LONGEST, Stat } from "./stat.js";

/** Maximum number of values kept over all stats; with many stats, each has a shorter history. */
const CAPACITY = 4_000_000;
const SHORTEST = 300;
/** Maximum number of values kept of stats that are gone. */
const CAPACITY_GONE = 1_000_000;

/** What was counted, if nothing was. */
const NOTHING = { count: 0, total: 0 };

/** All stats, by label: a server that was restarted gives other ids. */
export class Stats {
  #byId = new Map();
  /** Stats that no file has any more, the longest gone first, and how many numbers they have. */
  #gone = new Map();
  #goneSize = 0;
  #capacity = LONGEST;
  /** Stats that files have. */
  byLabel = new Map();
  /** The times of the polls, as Unix times in seconds. */
  clock = new Ring(LONGEST);
  files = 0;
  /** Processes with threads that publish nothing. */
  unpublished = [];

  /** The stat of a label, also one that is gone; undefined if there is none. */
  find(label) {
    return this.byLabel.get(label) ?? this.#gone.get(label);
  }

  /** Whether there are any about the work of programs. */
  get hasWork() {
    return [...this.byLabel.values()].some((stat) => !stat.isSecondary);
  }

  /** Takes in a whole state; what was known before is kept, before a gap. */
  whole(update) {
    if (this.clock.end > 0) {
      this.clock.push(update.time);
    }
    this.#capacity = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(CAPACITY / update.new.length)));
    this.#byId.clear();
    const present = new Set(update.new.map(({ label }) => label));
    for (const label of this.byLabel.keys()) {
      if (!present.has(label)) {
        this.#remove(label, update.time);
      }
    }
    this.change(update);
    return true;
  }

  /** Takes in a change; returns whether stats came or went. */
  change({ time, interval = NaN, files, new: added, gone, values, increases = [], unpublished = [] }) {
    this.files = files;
    this.unpublished = unpublished;
    const index = this.clock.end;
    this.clock.push(time);
    const counted = new Map(increases.map(([id, count, total = NaN]) => [id, { count, total }]));
    for (const id of gone) {
      this.#byId.get(id)?.recordLast(index, counted.get(id) ?? NOTHING, interval);
      this.#remove(this.#byId.get(id)?.label, time);
      this.#byId.delete(id);
    }
    for (const declared of added) {
      const stat = this.#add(declared);
      this.#byId.set(declared.id, stat);
      this.byLabel.set(declared.label, stat);
    }
    for (const [id, current] of values) {
      this.#byId.get(id).values = current;
    }
    this.#byId.forEach((stat, id) => {
      const increase = stat.isAddedUp ? (counted.get(id) ?? NOTHING) : stat.increase(index);
      stat.record(index, increase, interval);
    });
    const forgotten = this.#forget();
    return forgotten || added.length + gone.length > 0;
  }

  /** No file has this stat any more. */
  #remove(label, time) {
    const stat = this.byLabel.get(label);
    if (stat) {
      stat.goneSince = time;
      this.byLabel.delete(label);
      this.#gone.set(label, stat);
      this.#goneSize += stat.size;
    }
  }

  /** The stat of a declaration: one that is known under its label, or a new one. */
  #add(declared) {
    const known = this.find(declared.label);
    if (this.#gone.delete(declared.label)) {
      this.#goneSize -= known.size;
    }
    if (!known?.isOf(declared)) {
      return new Stat(declared, this.#capacity);
    }
    known.update(declared);
    return known;
  }

  /**
   * Drops stats that went before the oldest time that is kept, or when they take too much memory;
   * returns whether there were any.
   */
  #forget() {
    const oldest = this.clock.at(this.clock.start);
    let forgotten = false;
    for (const [label, stat] of this.#gone) {
      if (stat.goneSince >= oldest && this.#goneSize <= CAPACITY_GONE) {
        break;
      }
      this.#gone.delete(label);
      this.#goneSize -= stat.size;
      forgotten = true;
    }
    return forgotten;
  }
}
