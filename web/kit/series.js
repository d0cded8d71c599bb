// Numbers over time in a ring buffer.

/** Numbers by their index since the beginning; the last `capacity` of them are kept. */
export class Ring {
  #numbers = new Float64Array(16);
  #capacity;

  /** Its first number gets the index `first`. */
  constructor(capacity, first = 0) {
    this.#capacity = capacity;
    this.origin = first;
    this.end = first;
  }

  /** The index of the oldest number that is kept. */
  get start() {
    return Math.max(this.origin, this.end - this.#numbers.length);
  }

  /** How many numbers it has memory for at present. */
  get size() {
    return this.#numbers.length;
  }

  /** Leaves a gap, so that the next number gets this index. */
  skipTo(index) {
    if (index - this.end >= this.#capacity) {
      // Only the gap would be left.
      this.#numbers = new Float64Array(16);
      this.origin = index;
      this.end = index;
    }
    while (this.end < index) {
      this.push(NaN);
    }
  }

  push(number) {
    const filled = this.end - this.origin;
    if (filled === this.#numbers.length && filled < this.#capacity) {
      const larger = new Float64Array(Math.min(2 * filled, this.#capacity));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[filled % this.#numbers.length] = number;
    this.end += 1;
  }

  /**
   * Sets the numbers that aren't known, from the index `first` on, to `numberAt(index)`. From now on the
   * last `capacity` numbers are kept.
   */
  fill(first, numberAt, capacity = this.#capacity) {
    const filled = new Ring(capacity, Math.max(Math.min(first, this.start), this.end - capacity));
    for (let index = filled.origin; index < this.end; index += 1) {
      const known = this.at(index);
      filled.push(Number.isNaN(known) ? numberAt(index) : known);
    }
    this.#numbers = filled.#numbers;
    this.#capacity = capacity;
    this.origin = filled.origin;
  }

  /** The number at an index; NaN if there is none. */
  at(index) {
    if (index < this.start || index >= this.end) {
      return NaN;
    }
    return this.#numbers[(index - this.origin) % this.#numbers.length];
  }

  /** The first index whose number is at least `number`, if the numbers rise. */
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
