// The lines of the charts: of stats, of the series of a name, or of processes.

import { REST } from "../kit/chart.js";
import { visible } from "../kit/escape.js";
import { counted, number } from "../kit/format.js";
import { Busiest } from "./busiest.js";
import { titleOf } from "./choice.js";
import { scaleOf, showsRate } from "./display.js";
import { Rest, addsUp } from "./rest.js";
import { dimensionsText } from "./stat.js";

/**
 * The lines of what is chosen. Each has a `choice`, a `name`, a `color`, its `stat`, whether it is drawn
 * `asRate`, its `scale`, and the `panel` that it is in. The panel of a name's series or of processes
 * has a `title`, and `more` says what isn't in it.
 */
export class Lines {
  #stats;
  #processes;
  /** By the key of a name. */
  #busiest = new Map();

  constructor(stats, processes) {
    this.#stats = stats;
    this.#processes = processes;
  }

  of({ choices, show, by }) {
    const lines = choices.flatMap((choice, color) => {
      const { stat, names = [] } = this.#stats.resolve(choice);
      const ofProcesses = by === "process" ? this.#ofProcesses(choice) : [];
      if (ofProcesses.length > 0) {
        return ofProcesses;
      }
      if (by === "series" && names.length > 0) {
        return names.flatMap((name) => this.#ofSeries(choice, name, show));
      }
      const all = names.length > 0 ? names.map((name) => name.stat) : [stat];
      return all.map((stat) => ({ choice, name: visible(titleOf(choice)), color, stat }));
    });
    this.#forget(choices);
    return lines.map((line) => completed(line, show));
  }

  #ofProcesses(choice) {
    const more = this.#processes.more(choice);
    const about = {
      choice,
      title: titleOf(choice),
      panel: `of ${choice}`,
      more: more > 0 ? `and ${counted(more, "processes")} more` : "",
      isProcess: true,
    };
    return this.#processes.of(choice).map((line) => ({ ...line, ...about }));
  }

  /** A line for each of the busiest series of a name, and one for the others if they add up. */
  #ofSeries(choice, name, show) {
    const { key, stat: total, known, common } = name;
    if (!this.#busiest.has(key)) {
      this.#busiest.set(key, new Busiest());
    }
    const asRate = showsRate(total, show);
    const chosen = this.#busiest.get(key).update(known, asRate, this.#stats.clock);
    const others = known.length - chosen.length;
    const hasRest = others > 0 && addsUp(total, asRate);
    const shared = dimensionsText(common);
    const title = shared === "" ? titleOf(choice) : `${titleOf(choice)}{${shared}}`;
    const rest = hasRest ? "; the others are added up" : ", the busiest";
    const more = others > 0 ? `${number(chosen.length)} of ${number(known.length)} series${rest}` : "";
    const about = { choice, title, panel: `of ${choice} ${key}`, more };
    const lines = chosen.map(({ stat, color }) => ({
      ...about, stat, color, name: dimensionsText(name.differenceOf(stat)) || "(no dimensions)",
    }));
    if (hasRest) {
      const stat = new Rest(total, chosen.map(({ stat }) => stat));
      lines.push({ ...about, stat, color: REST, name: "other series", isDashed: true });
    }
    return lines;
  }

  /** Forgets the colours of series that are no longer chosen. */
  #forget(choices) {
    const names = choices.flatMap((choice) => this.#stats.resolve(choice).names ?? []);
    const keys = new Set(names.map(({ key }) => key));
    this.#busiest = new Map([...this.#busiest].filter(([key]) => keys.has(key)));
  }
}

function completed(line, show) {
  const { stat } = line;
  const asRate = stat !== undefined && showsRate(stat, show);
  const scale = stat && !stat.isText ? scaleOf(stat, asRate) : null;
  return { panel: `in ${scale}`, more: "", ...line, asRate, scale };
}
