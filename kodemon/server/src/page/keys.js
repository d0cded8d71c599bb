// The functions that are known.

import { ask } from "./api.js";

/** While functions are called, all are asked for again after so many milliseconds. */
const EVERY = 2000;

/** The functions, as the API lists them. `onchange()` is told when it was asked for them. */
export class Keys {
  #token = "";
  #asked = -Infinity;
  /** When they are asked for again, and by which timer. */
  #due = Infinity;
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

  /** Whether one of them was sent by somebody else. */
  hasTokenBeside(tokens) {
    return [...this.byName.values()].some((about) => about.tokens.some((token) => !tokens.has(token)));
  }

  /** Asks for them, now. */
  async load() {
    clearTimeout(this.#timer);
    this.#due = Infinity;
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

  /**
   * Some were called in a step of time. How often isn't added up here: the list may have had these
   * calls already.
   */
  hear({ keys }) {
    const unknown = this.#token === "" && keys.some(({ key }) => !this.byName.has(key));
    if (keys.length > 0) {
      this.#loadAt(this.#asked + (unknown ? 0 : EVERY));
    }
  }

  #loadAt(time) {
    if (time < this.#due) {
      this.#due = time;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.load(), Math.max(0, time - performance.now()));
    }
  }
}
