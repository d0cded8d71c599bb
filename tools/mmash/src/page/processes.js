// What each process has of the chosen stats: asked for after each look, as long as it is wanted.

import { COLORS } from "../kit/chart.js";
import { compareTexts } from "../kit/order.js";
import { Stat } from "./stat.js";

/** An hour of seconds. */
const LONGEST = 3600;

/** Where the API tells of one stat. */
export function pathOf(label) {
  return `api/v1/stats/${label.split("/").map(encodeURIComponent).join("/")}`;
}

/** The processes of the chosen stats. `onnews()` is told when they have other figures. */
export class Processes {
  #stats;
  #onnews;
  /** What is known by label: the stat of all processes, its lines by id, how many have none. */
  #known = new Map();
  #asking = false;

  constructor(stats, onnews) {
    this.#stats = stats;
    this.#onnews = onnews;
  }

  /** These labels are wanted; what is known of others is forgotten. */
  set wanted(labels) {
    const known = labels.map((label) => [label, this.#known.get(label)]);
    this.#known = new Map(known.map(([label, about]) => [label, about ?? nothing()]));
  }

  /** The lines of a label, each with its name, color and stat. */
  of(label) {
    const lines = [...(this.#known.get(label)?.lines.values() ?? [])];
    return lines.sort((a, b) => compareTexts(a.name, b.name));
  }

  /** How many processes of a label have no line, as there are no more colors. */
  more(label) {
    return this.#known.get(label)?.more ?? 0;
  }

  /** A look was taken in. */
  async ask() {
    if (this.#asking || this.#known.size === 0) {
      return;
    }
    this.#asking = true;
    await Promise.all([...this.#known.keys()].map((label) => this.#askFor(label)));
    this.#asking = false;
    this.#onnews();
  }

  async #askFor(label) {
    const answer = await fetch(`${pathOf(label)}?by=process`).catch(() => null);
    const record = answer?.ok ? await answer.json().catch(() => null) : null;
    const { clock } = this.#stats;
    const stat = this.#stats.find(label);
    const place = record ? clock.search(record.time) : NaN;
    // What is of a later look than is known comes again with that.
    if (stat && this.#known.has(label) && clock.at(place) === record?.time) {
      if (this.#known.get(label).stat !== stat) {
        this.#known.set(label, { ...nothing(), stat });
      }
      take(this.#known.get(label), record, place);
    }
  }
}

function nothing() {
  return { stat: null, lines: new Map(), more: 0, place: -1 };
}

function take(known, { time, processes }, place) {
  if (place <= known.place) {
    return;
  }
  known.place = place;
  known.more = 0;
  const hosts = new Set(processes.map(({ host }) => host));
  const present = new Set(processes.map(({ id }) => id));
  for (const [id, { stat }] of known.lines) {
    stat.goneSince = present.has(id) ? null : (stat.goneSince ?? time);
  }
  for (const process of processes) {
    const line = known.lines.get(process.id) ?? lineOf(known, process, hosts.size > 1);
    if (line) {
      line.stat.figures = process.figures;
      line.stat.record(place);
    } else {
      known.more += 1;
    }
  }
}

/** A new line; undefined where all colors are taken. That of a process that has gone is free. */
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
