// The busiest series of a name, which have lines in its chart.

import { COLORS } from "../kit/chart.js";
import { compareTexts } from "../kit/compare.js";
import { numberOf } from "./stat.js";

/** How many polls back it counts how busy a series was. */
const LOOKBACK = 60;
/** The order is checked after this many polls, unless series came or went. */
const PERIOD = 5;
/** A series with a line keeps it until another one is this much busier. */
const PRIVILEGE = 1.25;

/** The busiest series of a name, as many as there are colours. Each keeps its colour. */
export class Busiest {
  /** By color; null where there is none. */
  #lines = Array(COLORS).fill(null);
  /** Of which series and how they were chosen. */
  #state = "";
  #checked = -Infinity;

  /**
   * The series with lines, as `{ stat, color }`, of all series that are known of a name; `asRate` says
   * whether they are drawn as rates.
   */
  update(known, asRate, clock) {
    const state = JSON.stringify([known.length, known.at(-1)?.label, asRate]);
    if (state !== this.#state || clock.end - this.#checked >= PERIOD) {
      this.#state = state;
      this.#checked = clock.end;
      this.#choose(known, asRate, clock);
    }
    return this.#lines.flatMap((stat, color) => (stat ? [{ stat, color }] : []));
  }

  #choose(known, asRate, clock) {
    const ranked = known.map((stat) => ({ stat, ranks: this.#ranksOf(stat, asRate, clock) }));
    const chosen = firstOf(ranked, compareRanks).map(({ stat }) => stat);
    const kept = this.#lines.map((stat) => (chosen.includes(stat) ? stat : null));
    const added = chosen.filter((stat) => !kept.includes(stat));
    this.#lines = kept.map((stat) => stat ?? added.shift() ?? null);
  }

  /** How busy a series was lately, or how large it is; and how large among those that weren't busy. */
  #ranksOf(stat, asRate, clock) {
    const size = sizeOf(stat);
    const isValue = stat.counting === null || (stat.counting === "value" && !asRate);
    const rank = isValue ? size : activityOf(stat, clock);
    return [rank * (this.#lines.includes(stat) ? PRIVILEGE : 1), size];
  }
}

function compareRanks({ stat: a, ranks: [a1, a2] }, { stat: b, ranks: [b1, b2] }) {
  return b1 - a1 || b2 - a2 || compareTexts(a.label, b.label);
}

/** The first ones in an order, as many as there are colours: to sort all would take too long. */
function firstOf(items, compare) {
  const first = [];
  for (const item of items) {
    if (first.length < COLORS || compare(item, first.at(-1)) < 0) {
      const at = first.findIndex((other) => compare(item, other) < 0);
      first.splice(at < 0 ? first.length : at, 0, item);
      first.splice(COLORS);
    }
  }
  return first;
}

/** What a series has counted lately. */
function activityOf(stat, clock) {
  let sum = 0;
  for (let index = Math.max(clock.start, clock.end - LOOKBACK); index < clock.end; index += 1) {
    sum += stat.at("rate", index) || 0;
  }
  return sum;
}

/** The size of a value at present, or how many values there are. */
function sizeOf(stat) {
  const { count, value, greatest } = stat.values;
  const size = Math.abs(numberOf(stat, count ?? value ?? greatest));
  return stat.goneSince === null && Number.isFinite(size) ? size : 0;
}
