// The stats as the stream tells them, with those that have gone as long as their history is kept.

import { Ring } from "../kit/series.js";
import { Stat } from "./stat.js";

/** An hour of seconds. */
const LONGEST = 3600;
/** So many looks at a stat are kept in all; with many stats each has a shorter history. */
const ROOM = 4_000_000;
const SHORTEST = 300;
/** How many numbers are kept of stats that have gone. */
const ROOM_GONE = 1_000_000;

/** All stats, by label: a server that began anew gives other ids. */
export class Stats {
  #byId = new Map();
  /** Those that no file has any more, the longest gone first, and how many numbers they have. */
  #gone = new Map();
  #goneSize = 0;
  #room = LONGEST;
  /** Those that files have. */
  byLabel = new Map();
  /** Unix times in seconds of the looks at the files. */
  clock = new Ring(LONGEST);
  files = 0;
  /** Processes some of whose threads publish nothing. */
  unpublished = [];

  /** The stat of a label, also one that has gone; undefined where nothing is known of it. */
  find(label) {
    return this.byLabel.get(label) ?? this.#gone.get(label);
  }

  /** Whether there are any about the work of programs. */
  get areAnyOfWork() {
    return [...this.byLabel.values()].some((stat) => !stat.isBehind);
  }

  /** Takes in all of a state; what was known before is kept, behind a gap. */
  whole(step) {
    if (this.clock.end > 0) {
      this.clock.push(step.time);
    }
    this.#room = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(ROOM / step.new.length)));
    this.#byId.clear();
    const present = new Set(step.new.map(({ label }) => label));
    for (const label of this.byLabel.keys()) {
      if (!present.has(label)) {
        this.#leave(label, step.time);
      }
    }
    this.change(step);
    return true;
  }

  /** Takes in what has changed; gives whether stats came or went. */
  change({ time, files, new: born, gone, values, unpublished = [] }) {
    this.files = files;
    this.unpublished = unpublished;
    for (const id of gone) {
      this.#leave(this.#byId.get(id)?.label, time);
      this.#byId.delete(id);
    }
    for (const about of born) {
      const stat = this.#take(about);
      this.#byId.set(about.id, stat);
      this.byLabel.set(about.label, stat);
    }
    for (const [id, figures] of values) {
      this.#byId.get(id).figures = figures;
    }
    const place = this.clock.end;
    this.clock.push(time);
    this.byLabel.forEach((stat) => stat.record(place));
    const forgotten = this.#forget();
    return forgotten || born.length + gone.length > 0;
  }

  /** No file has this stat any more. */
  #leave(label, time) {
    const stat = this.byLabel.get(label);
    if (stat) {
      stat.goneSince = time;
      this.byLabel.delete(label);
      this.#gone.set(label, stat);
      this.#goneSize += stat.size;
    }
  }

  /** The stat that goes on with a declaration: one that is known under this label, or a new one. */
  #take(about) {
    const known = this.find(about.label);
    if (this.#gone.delete(about.label)) {
      this.#goneSize -= known.size;
    }
    if (!known?.isOf(about)) {
      return new Stat(about, this.#room);
    }
    known.update(about);
    return known;
  }

  /**
   * Drops those that have gone when nothing of their time is kept, or when they take too much room;
   * gives whether there were any.
   */
  #forget() {
    const oldest = this.clock.at(this.clock.start);
    let forgotten = false;
    for (const [label, stat] of this.#gone) {
      if (stat.goneSince >= oldest && this.#goneSize <= ROOM_GONE) {
        break;
      }
      this.#gone.delete(label);
      this.#goneSize -= stat.size;
      forgotten = true;
    }
    return forgotten;
  }
}
