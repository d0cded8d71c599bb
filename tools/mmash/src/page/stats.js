// The stats of the stream, and those that are gone as long as their history is kept.

import { Ring } from "../kit/series.js";
import { partsOf } from "./choice.js";
import { Name, keyOf } from "./name.js";
import { LONGEST, Stat } from "./stat.js";

/** Maximum number of values kept over all stats; with many stats, each has a shorter history. */
const CAPACITY = 4_000_000;
const SHORTEST = 300;
/** Maximum number of values kept of stats that are gone. */
const CAPACITY_GONE = 1_000_000;

/** A poll that comes this many intervals after the last one is behind a gap. */
const LATE = 2.5;

/** What was counted, if nothing was. */
const NOTHING = { count: 0, total: 0 };
/** What has changed in names, if nothing has. */
const NO_NAMES = { new: [], gone: [], values: [] };

/** All stats, by label: a server that was restarted gives other ids. */
export class Stats {
  #byId = new Map();
  /** Stats that no file has any more, the longest gone first, and how many numbers they have. */
  #gone = new Map();
  #goneSize = 0;
  /** Stats that only the recording has, by label. They stay. */
  #ended = new Map();
  #capacity = LONGEST;
  #namesById = new Map();
  /** The names of a text, one for each kind and unit. */
  #namesByText = new Map();
  /** Stats that files have. */
  byLabel = new Map();
  /** By key, also those whose series are all gone as long as the history of one is kept. */
  names = new Map();
  /** The times of the polls, as Unix times in seconds. */
  clock = new Ring(LONGEST);
  files = 0;
  /** The time between polls, in seconds, once it is known. */
  #pollInterval = Infinity;
  /** Processes with threads that publish nothing. */
  unpublished = [];

  /** The stat of a label, also one that is gone; undefined if there is none. */
  find(label) {
    return this.byLabel.get(label) ?? this.#gone.get(label) ?? this.#ended.get(label);
  }

  /** Stats that only the recording has. */
  get ended() {
    return [...this.#ended.values()];
  }

  /** Whether only the recording has a stat. */
  hasEnded(stat) {
    return this.#ended.get(stat.label) === stat;
  }

  /** Takes in stats that only the recording has; returns whether some are new. */
  takeEnded(all) {
    const unknown = all.filter(({ label }) => this.find(label) === undefined);
    for (const declared of unknown) {
      const stat = new Stat(declared, this.#capacity);
      stat.goneSince = declared.last;
      this.#nameOf(stat).add(stat);
      this.#ended.set(stat.label, stat);
    }
    return unknown.length > 0;
  }

  /** What is chosen: `{ stat }`, or `{ names }` if it is a name, one for each kind and unit. */
  resolve(choice) {
    const [kind, text] = partsOf(choice);
    const stat = kind === "stat" ? this.find(text) : undefined;
    const names = stat ? undefined : this.#namesByText.get(text);
    return names ? { names: [...names] } : { stat };
  }

  /** Whether there are any about the work of programs. */
  get hasWork() {
    return [...this.byLabel.values(), ...this.ended].some((stat) => !stat.isSecondary);
  }

  /** Puts the times of an answer before those of the stream; whether there were any. */
  precede({ times, interval }) {
    this.#pollInterval = interval;
    const earlier = times.filter((time) => time < this.clock.at(0));
    const isNew = earlier.length > 0 && this.clock.start === 0;
    if (isNew) {
      this.clock.fill(-earlier.length, (index) => earlier.at(index));
    }
    return isNew;
  }

  /**
   * Takes in a whole state; what was known before is kept. In `missed` it may have the times since, as
   * an answer has them; else there is a gap.
   */
  whole(update) {
    if (this.clock.end > 0) {
      this.#skip(update.time, update.missed);
    }
    this.#capacity = Math.max(SHORTEST, Math.min(LONGEST, Math.floor(CAPACITY / update.new.length)));
    this.#byId.clear();
    this.#namesById.clear();
    const present = new Set(update.new.map(({ label }) => label));
    for (const label of this.byLabel.keys()) {
      if (!present.has(label)) {
        this.#remove(label, update.time);
      }
    }
    const names = new Set((update.names?.new ?? []).map(keyOf));
    for (const [key, { total }] of this.names) {
      if (total && !names.has(key)) {
        total.goneSince ??= update.time;
      }
    }
    this.change(update);
    return true;
  }

  /** Puts what was missed before a time into the clock. */
  #skip(next, missed) {
    const last = this.clock.at(this.clock.end - 1);
    const times = missed?.times.filter((time) => time > last && time < next);
    const first = times?.[0] ?? next;
    if (!times || first - last > LATE * missed.step) {
      this.#leaveGap(first);
    }
    times?.forEach((time) => this.clock.push(time));
  }

  /** No line leads to this time. */
  #leaveGap(next) {
    this.clock.push((this.clock.at(this.clock.end - 1) + next) / 2);
  }

  /** Takes in a change; returns whether stats came or went. */
  change(update) {
    const { time, interval = NaN, files, new: added, gone, values, names, unpublished = [] } = update;
    this.files = files;
    this.unpublished = unpublished;
    if (time - this.clock.at(this.clock.end - 1) > LATE * this.#pollInterval) {
      this.#leaveGap(time);
    }
    const index = this.clock.end;
    this.clock.push(time);
    const counted = countedIn(update);
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
    record(this.#byId, counted, index, interval);
    this.#changeNames(names ?? NO_NAMES, { time, index, interval });
    const forgotten = this.#forget();
    return forgotten || added.length + gone.length > 0;
  }

  /** Takes in what has changed in the series of names, added up. */
  #changeNames(update, { time, index, interval }) {
    const counted = countedIn(update);
    for (const id of update.gone) {
      const total = this.#namesById.get(id);
      total?.recordLast(index, counted.get(id) ?? NOTHING, interval);
      if (total) {
        total.goneSince = time;
      }
      this.#namesById.delete(id);
    }
    for (const declared of update.new) {
      const name = this.names.get(keyOf(declared));
      if (name.total) {
        name.total.update(declared);
      } else {
        name.total = new Stat(declared, this.#capacity);
      }
      this.#namesById.set(declared.id, name.total);
    }
    for (const [id, current] of update.values) {
      this.#namesById.get(id).values = current;
    }
    record(this.#namesById, counted, index, interval);
  }

  /** No file has this stat any more. */
  #remove(label, time) {
    const stat = this.byLabel.get(label);
    if (stat) {
      stat.goneSince = time;
      this.#nameOf(stat).changed();
      this.byLabel.delete(label);
      this.#gone.set(label, stat);
      this.#goneSize += stat.size;
    }
  }

  /** The stat of a declaration: one that is known under its label, or a new one. */
  #add(declared) {
    const known = this.find(declared.label);
    this.#ended.delete(declared.label);
    if (this.#gone.delete(declared.label)) {
      this.#goneSize -= known.size;
    }
    if (known?.isOf(declared)) {
      known.update(declared);
      this.#nameOf(known).changed();
      return known;
    }
    if (known) {
      this.#leave(known);
    }
    const stat = new Stat(declared, this.#capacity);
    this.#nameOf(stat).add(stat);
    return stat;
  }

  /** The name of a series. */
  #nameOf(stat) {
    const key = keyOf(stat);
    if (!this.names.has(key)) {
      const name = new Name(stat);
      this.names.set(key, name);
      this.#namesByText.set(stat.name, (this.#namesByText.get(stat.name) ?? new Set()).add(name));
    }
    return this.names.get(key);
  }

  /** Removes a series that is forgotten from its name. */
  #leave(stat) {
    const name = this.#nameOf(stat);
    name.delete(stat);
    if (name.isEmpty) {
      this.names.delete(name.key);
      const others = this.#namesByText.get(name.name);
      others.delete(name);
      if (others.size === 0) {
        this.#namesByText.delete(name.name);
      }
    }
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
      this.#leave(stat);
      forgotten = true;
    }
    return forgotten;
  }
}

/** What was counted, by id. */
function countedIn({ increases = [] }) {
  return new Map(increases.map(([id, count, total = NaN]) => [id, { count, total }]));
}

/** Records the present values of stats. */
function record(byId, counted, index, interval) {
  byId.forEach((stat, id) => {
    const increase = stat.isAddedUp ? (counted.get(id) ?? NOTHING) : stat.increase(index);
    stat.record(index, increase, interval);
  });
}
