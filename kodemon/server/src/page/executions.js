// The table of single executions, the newest first.

import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { date, duration } from "../kit/format.js";
import { ask, pathOf } from "./api.js";
import { counted } from "./texts.js";

/** The size of a page. */
const PAGE_SIZE = 50;
/** While new ones come, they are fetched at this interval. */
const INTERVAL = 500;

const COLUMNS = [["Start"], ["Duration", "number"], ["Token"], ["Other fields"]];

/** The table. `query()` returns key, range and token. */
export class Executions {
  #query;
  #next = null;
  /** Whether older ones were fetched: then the table doesn't move while it is read. */
  #isHeld = false;
  #abort = new AbortController();
  #due = false;
  #rows = element("tbody");
  #title = element("h3", {}, "Executions");
  #older = element("button", { type: "button", onclick: () => this.#loadOlder() }, "Older");
  #newest = element("button", { type: "button", onclick: () => this.load() }, "Newest");
  node;

  constructor(query) {
    this.#query = query;
    const head = COLUMNS.map(([name, kind]) => element("th", { scope: "col", class: kind }, name));
    this.node = element(
      "section",
      { class: "executions", "aria-label": "Executions" },
      element("div", { class: "tools" }, this.#title, this.#newest),
      element(
        "div",
        { class: "scroll" },
        element("table", {}, element("thead", {}, element("tr", {}, ...head)), this.#rows),
      ),
      this.#older,
    );
    this.clear();
  }

  /** Empties the table. */
  clear() {
    this.#abort.abort();
    this.#rows.replaceChildren();
    this.#older.hidden = true;
    this.#newest.hidden = true;
    setText(this.#title, "Executions");
  }

  /** Fetches the newest ones. */
  async load() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const page = await this.#fetch();
    if (page) {
      this.#isHeld = false;
      this.#rows.replaceChildren();
      this.#show(page.executions, page.next);
    }
  }

  /** Schedules a fetch of new ones. */
  receive() {
    if (!this.#isHeld && !this.#due) {
      this.#due = true;
      setTimeout(() => {
        this.#due = false;
        if (!this.#isHeld) {
          this.load();
        }
      }, INTERVAL);
    }
  }

  async #loadOlder() {
    this.#isHeld = true;
    const page = await this.#fetch(this.#next);
    if (page) {
      this.#show(page.executions, page.next);
    }
  }

  async #fetch(cursor) {
    const { key, from, to, token } = this.#query();
    const parameters = { from, to, token, order: "desc", limit: PAGE_SIZE, cursor };
    try {
      return await ask(pathOf(key, "executions"), parameters, this.#abort.signal);
    } catch (error) {
      // Without an answer, the table stays.
      return error.status === undefined ? null : { executions: [], next: null };
    }
  }

  #show(executions, next) {
    this.#next = next;
    this.#rows.append(...executions.map(rowOf));
    this.#older.hidden = next === null;
    this.#newest.hidden = !this.#isHeld;
    const count = this.#rows.childElementCount;
    const which = next === null || this.#isHeld ? "" : "newest";
    setText(this.#title, count === 0 ? "No executions" : counted(count, "execution", which));
  }
}

function rowOf({ timestamp, execution_time: took, token, extra }) {
  const fields = extra === undefined ? "" : element("code", {}, visible(JSON.stringify(extra)));
  return element(
    "tr",
    {},
    element("td", {}, date(timestamp)),
    element("td", { class: "number" }, duration(took)),
    element("td", {}, element("span", { class: "name" }, visible(token))),
    element("td", {}, fields),
  );
}
