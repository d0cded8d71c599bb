// When the programs of a chart started, ended or died.

import { visible } from "../kit/escape.js";
import { time as timeOfDay } from "../kit/format.js";
import { MAX_STATS, askHistory } from "./recorded.js";

/** Points are this far apart, in seconds: only the marks are wanted. */
const NO_POINTS = 1e9;

/** The marks of charts. `onupdate()` is called when there are others. */
export class Marks {
  #onupdate;
  /** By chart: of which stats they are, and as of which change. */
  #known = new Map();
  #changes = 0;

  constructor(onupdate) {
    this.#onupdate = onupdate;
  }

  /** Notes that there may be others. */
  changed() {
    this.#changes += 1;
  }

  /** Those of a chart with the lines of these stats, as known now. */
  of(chart, stats) {
    const state = JSON.stringify([this.#changes, stats.map(({ label, name }) => label ?? [name])]);
    const known = this.#known.get(chart) ?? { state: "", marks: [] };
    if (known.state !== state && stats.length > 0) {
      this.#known.set(chart, { ...known, state });
      this.#ask(chart, state, stats.slice(0, MAX_STATS));
    }
    return known.marks;
  }

  /** Forgets those of other charts. */
  keepOnly(charts) {
    this.#known = new Map([...this.#known].filter(([chart]) => charts.includes(chart)));
  }

  async #ask(chart, state, stats) {
    const answer = await askHistory(stats, { step: NO_POINTS });
    const known = this.#known.get(chart);
    if (known?.state !== state) {
      return;
    }
    if (!answer) {
      // It is asked for again with the next poll.
      known.state = "";
      return;
    }
    known.marks = answer.marks.map((mark) => ({ ...mark, text: textOf(mark) }));
    this.#onupdate();
  }
}

function textOf({ command, pid, what }) {
  return [visible(command ?? "process"), pid, what].filter((part) => part !== null).join(" ");
}

/** The text of a mark with its time. */
export function timedText({ time, text }) {
  return `${timeOfDay(time)} ${text}`;
}
