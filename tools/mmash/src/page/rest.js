// The series of a name that have no line of their own, added up.

/** Whether what is drawn of a name's series adds up. */
export function addsUp(total, asRate) {
  return asRate ? total.isAddedUp : total.isSum;
}

/** All series of a name but some: it is drawn and read as a stat is. */
export class Rest {
  #total;
  #others;
  hasNewMean = false;
  isText = false;
  values = {};

  constructor(total, others) {
    const { name, kind, unit, counting, rangeEnd, goneSince } = total;
    Object.assign(this, { name, kind, unit, counting, rangeEnd, goneSince });
    this.help = "The other series, added up";
    this.#total = total;
    this.#others = others;
  }

  /** What it is made of. */
  get parts() {
    return [this.#total, ...this.#others];
  }

  /** The same of other stats: `statOf` gives one for each. */
  like(statOf) {
    return new Rest(statOf(this.#total), this.#others.map(statOf));
  }

  series() {
    return undefined;
  }

  at(name, index) {
    const known = this.#others.map((stat) => stat.at(name, index)).filter(Number.isFinite);
    const rest = known.reduce((rest, number) => rest - number, this.#total.at(name, index));
    // What rounding leaves is nothing.
    const size = Math.abs(this.#total.at(name, index));
    return Math.abs(rest) < 1e-9 * size ? 0 : rest;
  }
}
