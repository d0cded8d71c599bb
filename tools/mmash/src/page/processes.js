// The chosen stats by process: fetched after each poll while they are shown.

import { COLORS } from "../kit/chart.js";
import { compareTexts } from "../kit/compare.js";
import { nameChoice, pathOf } from "./choice.js";
import { LONGEST, Stat } from "./stat.js";

/** The processes of the chosen stats and names. `onupdate()` is called when they have new values. */
export class Processes {
  #stats;
  #onupdate;
  /** By choice: the stat over all processes, its lines by id, and how many processes have none. */
  #known = new Map();
  #fetching = false;

  constructor(stats, onupdate) {
    this.#stats = stats;
    this.#onupdate = onupdate;
  }

  /** The choices to fetch; what is known of others is dropped. */
  set choices(choices) {
    const known = choices.map((choice) => [choice, this.#known.get(choice)]);
    this.#known = new Map(known.map(([choice, about]) => [choice, about ?? unknown()]));
  }

  /** The lines of a choice, each with its name, color and stat. */
  of(choice) {
    const lines = [...(this.#known.get(choice)?.lines.values() ?? [])];
    return lines.sort((a, b) => compareTexts(a.name, b.name));
  }

  /** How many processes of a choice have no line, for lack of colours. */
  more(choice) {
    return this.#known.get(choice)?.more ?? 0;
  }

  /** Fetches the values after a poll. */
  async fetch() {
    if (this.#fetching || this.#known.size === 0) {
      return;
    }
    this.#fetching = true;
    await Promise.all([...this.#known.keys()].map((choice) => this.#fetchChoice(choice)));
    this.#fetching = false;
    this.#onupdate();
  }

  /** The exact label comes first; where there is none, it is a name. */
  #pathOf(choice) {
    const { names } = this.#stats.resolve(choice);
    return pathOf(names ? nameChoice(names[0].name) : choice);
  }

  async #fetchChoice(choice) {
    const path = this.#pathOf(choice);
    const answer = await fetch(`${path}?by=process`).catch(() => null);
    const record = answer?.ok ? await answer.json().catch(() => null) : null;
    const { clock } = this.#stats;
    const { names, stat = names?.[0].stat } = this.#stats.resolve(choice);
    const index = record ? clock.search(record.time) : NaN;
    // Values of a poll that the stream hasn't sent yet are dropped: they come again.
    if (stat && this.#known.has(choice) && clock.at(index) === record?.time) {
      if (this.#known.get(choice).stat !== stat) {
        this.#known.set(choice, { ...unknown(), stat });
      }
      recordProcesses(this.#known.get(choice), record, index, clock.at(index) - clock.at(index - 1));
    }
  }
}

function unknown() {
  return { stat: null, lines: new Map(), more: 0, index: -1 };
}

function recordProcesses(known, { time, processes }, index, interval) {
  if (index <= known.index) {
    return;
  }
  known.index = index;
  known.more = 0;
  const hosts = new Set(processes.map(({ host }) => host));
  const present = new Set(processes.map(({ id }) => id));
  for (const [id, { stat }] of known.lines) {
    stat.goneSince = present.has(id) ? null : (stat.goneSince ?? time);
  }
  for (const process of processes) {
    const line = known.lines.get(process.id) ?? lineOf(known, process, hosts.size > 1);
    if (line) {
      line.stat.values = process.figures;
      line.stat.record(index, line.stat.increase(index), interval);
    } else {
      known.more += 1;
    }
  }
}

/** A new line, maybe in the colour of a process that is gone; undefined if all are taken. */
function lineOf(known, { id, command, pid, host }, severalHosts) {
  const lines = [...known.lines];
  const free = Array.from({ length: COLORS }, (_, color) => color)
    .find((color) => !lines.some(([, line]) => line.color === color));
  const gone = lines.find(([, { stat }]) => stat.goneSince !== null);
  if (free === undefined && !gone) {
    return undefined;
  }
  if (free === undefined) {
    known.lines.delete(gone[0]);
  }
  const name = pid === null ? id : [command ?? "process", pid].join(" ");
  const line = {
    name: severalHosts && host ? `${name} on ${host}` : name,
    color: free ?? gone[1].color,
    stat: new Stat(known.stat.declared, LONGEST),
  };
  known.lines.set(id, line);
  return line;
}
