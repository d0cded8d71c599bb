// A name: the series that have it, and all of them added up.

import { compareTexts } from "../kit/compare.js";

/** What series have in common that are added up. */
export function keyOf({ name, kind, unit }) {
  return JSON.stringify([name, kind, unit]);
}

/** The series of one name, kind and unit. A stat without dimensions is one of them, too. */
export class Name {
  /** By label, also those that are gone as long as their history is kept. */
  #series = new Map();
  /** Those that files have, in the order of their labels; null if others came or went. */
  #sorted = null;
  #present = null;
  #common = null;
  /** All series added up by the server, as long as there are several; null if there never were. */
  total = null;

  constructor({ name, kind, unit }) {
    this.key = keyOf({ name, kind, unit });
    Object.assign(this, { name, kind, unit });
  }

  add(stat) {
    this.#series.set(stat.label, stat);
    this.changed();
  }

  delete(stat) {
    this.#series.delete(stat.label);
    this.changed();
  }

  /** Notes that a series came or went. */
  changed() {
    this.#sorted = null;
    this.#present = null;
    this.#common = null;
  }

  /** How many series files have. */
  get size() {
    this.#present ??= this.known.filter(({ goneSince }) => goneSince === null).length;
    return this.#present;
  }

  /** Whether nothing is known of it any more. */
  get isEmpty() {
    return this.#series.size === 0;
  }

  /** All series, also those that are gone. */
  get known() {
    return [...this.#series.values()];
  }

  /** The series that files have, in the order of their labels. */
  get series() {
    this.#sorted ??= this.known
      .filter(({ goneSince }) => goneSince === null)
      .sort((a, b) => compareTexts(a.label, b.label));
    return this.#sorted;
  }

  /** The dimensions that all series have in common, if there are several. */
  get common() {
    this.#common ??= commonOf(this.series.map(({ labels }) => labels));
    return this.#common;
  }

  /** The dimensions of a series that others don't have in common with it. */
  differenceOf({ labels }) {
    const different = Object.entries(labels).filter(([key, value]) => this.common[key] !== value);
    return Object.fromEntries(different);
  }

  /** What stands for all of its series. */
  get stat() {
    const isAddedUp = this.total !== null && (this.size !== 1 || this.total.goneSince === null);
    return isAddedUp ? this.total : (this.series[0] ?? this.known.at(-1));
  }
}

function commonOf(all) {
  const [first, ...others] = all;
  const isCommon = ([key, value]) => others.every((labels) => labels[key] === value);
  return others.length > 0 ? Object.fromEntries(Object.entries(first).filter(isCommon)) : {};
}
