// The known functions.

import { ask } from "./api.js";

/** While functions are called, they are fetched again after this many milliseconds. */
const INTERVAL = 2000;

/** The functions, as the API lists them. `onchange()` is called when they were fetched. */
export class Keys {
  #token = "";
  #asked = -Infinity;
  /** When they are fetched again, and by which timer. */
  #due = Infinity;
  #timer;
  #onchange;
  /** Records of the API: key, count, first and last seen, tokens. */
  byName = new Map();
  /** Whether they were fetched at least once. */
  areKnown = false;

  constructor(onchange) {
    this.#onchange = onchange;
  }

  /** Selects the functions of one token; all if it is empty. */
  set token(token) {
    if (token !== this.#token) {
      this.#token = token;
      this.load();
    }
  }

  /** Whether a function has a token that isn't among these. */
  hasOtherToken(tokens) {
    return [...this.byName.values()].some((about) => about.tokens.some((token) => !tokens.has(token)));
  }

  /** Fetches them now. */
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

  /** Some were called. Their calls aren't added up here: the list may have had them already. */
  receive({ keys }) {
    const unknown = this.#token === "" && keys.some(({ key }) => !this.byName.has(key));
    if (keys.length > 0) {
      this.#loadAt(this.#asked + (unknown ? 0 : INTERVAL));
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
