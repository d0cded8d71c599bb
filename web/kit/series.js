// Numbers over time, bounded: the oldest go when the room is full.

/** Numbers by their place since the beginning; the last `limit` of them are kept. */
export class Ring {
  #numbers = new Float64Array(16);
  #limit;

  /** Its first number gets the place `first`. */
  constructor(limit, first = 0) {
    this.#limit = limit;
    this.origin = first;
    this.end = first;
  }

  /** The place of the oldest number that is kept. */
  get start() {
    return Math.max(this.origin, this.end - this.#numbers.length);
  }

  /** How many numbers it has room for at present. */
  get size() {
    return this.#numbers.length;
  }

  /** Leaves a gap, so that the next number gets this place. */
  skipTo(place) {
    if (place - this.end >= this.#limit) {
      // Nothing else would be left.
      this.#numbers = new Float64Array(16);
      this.origin = place;
      this.end = place;
    }
    while (this.end < place) {
      this.push(NaN);
    }
  }

  push(number) {
    const filled = this.end - this.origin;
    if (filled === this.#numbers.length && filled < this.#limit) {
      const larger = new Float64Array(Math.min(2 * filled, this.#limit));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[filled % this.#numbers.length] = number;
    this.end += 1;
  }

  /** The number at a place; NaN where there is none. */
  at(place) {
    if (place < this.start || place >= this.end) {
      return NaN;
    }
    return this.#numbers[(place - this.origin) % this.#numbers.length];
  }

  /** The first place whose number is at least `number`, in a ring whose numbers rise. */
  search(number) {
    let [low, high] = [this.start, this.end];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
