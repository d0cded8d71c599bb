// The functions that are known, and what of them was counted since.

import { ask } from "./api.js";

/** So many times a second at most it is asked for all of them. */
const EVERY = 5000;

/** The functions, as the API lists them. `onchange()` is told when others are there. */
export class Keys {
  #token = "";
  #asked = -Infinity;
  #timer;
  #onchange;
  /** Records of the API: key, count, first and last seen, tokens. */
  byName = new Map();
  /** Whether the server has said yet what there is. */
  areKnown = false;

  constructor(onchange) {
    this.#onchange = onchange;
  }

  /** Only those that this one sends; all where it is empty. */
  set token(token) {
    if (token !== this.#token) {
      this.#token = token;
      this.load();
    }
  }

  /** Asks for them, now. */
  async load() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = performance.now();
    const token = this.#token;
    const record = await ask("keys", { token }).catch(() => null);
    // Another token may have been chosen meanwhile.
    if (record && token === this.#token) {
      this.byName = new Map(record.keys.map((about) => [about.key, about]));
      this.areKnown = true;
      this.#onchange();
    }
  }

  /** Takes in what was called in a step of time. */
  take({ time, keys }) {
    let unknown = false;
    for (const { key, count } of keys) {
      const about = this.byName.get(key);
      unknown ||= !about;
      // Whose calls these are isn't told: with a token the next list says how many were its own.
      if (about && this.#token === "") {
        about.count += count;
        about.last_seen = Math.max(about.last_seen, time);
      }
    }
    if (keys.length > 0) {
      this.#loadLater(unknown && this.byName.size === 0 ? 0 : EVERY);
    }
  }

  #loadLater(pause) {
    const wait = Math.max(0, this.#asked + pause - performance.now());
    this.#timer ??= setTimeout(() => this.load(), wait);
  }
}
