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
  #known = null;
  #checked = -Infinity;

  /** The series with lines, as `{ stat, color }`; of all series that are known of a name. */
  update(known, clock) {
    const changed = known.length !== this.#known?.length || known.some((stat, index) => stat !== this.#known[index]);
    if (changed || clock.end - this.#checked >= PERIOD) {
      this.#known = known;
      this.#checked = clock.end;
      this.#choose(known, clock);
    }
    return this.#lines.flatMap((stat, color) => (stat ? [{ stat, color }] : []));
  }

  #choose(known, clock) {
    const ranked = known.map((stat) => ({ stat, rank: this.#rankOf(stat, clock) }));
    ranked.sort((a, b) => b.rank - a.rank || compareTexts(a.stat.label, b.stat.label));
    const chosen = ranked.slice(0, COLORS).map(({ stat }) => stat);
    const kept = this.#lines.map((stat) => (chosen.includes(stat) ? stat : null));
    const added = chosen.filter((stat) => !kept.includes(stat));
    this.#lines = kept.map((stat) => stat ?? added.shift() ?? null);
  }

  #rankOf(stat, clock) {
    const activity = activityOf(stat, clock);
    return activity * (this.#lines.includes(stat) ? PRIVILEGE : 1);
  }
}

/** What a series has counted lately; of one that counts nothing, the size of its value. */
function activityOf(stat, clock) {
  if (stat.counting === null) {
    const { value, greatest } = stat.values;
    const size = Math.abs(numberOf(stat, value ?? greatest));
    return stat.goneSince === null && size > 0 ? size : 0;
  }
  let sum = 0;
  for (let index = Math.max(clock.start, clock.end - LOOKBACK); index < clock.end; index += 1) {
    sum += stat.at("rate", index) || 0;
  }
  return sum;
}
