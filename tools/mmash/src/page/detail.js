// The charts of the chosen stats, with their window, and what each line is at the moment that is
// pointed at.

import { bar, cross } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { time as timeOfDay } from "../kit/format.js";
import { nearest } from "../kit/scale.js";
import {
  bandsOf,
  drawnAt,
  lineOf,
  reading,
  scaleOf,
  scaleText,
  showsRate,
  spanOf,
  valueText,
} from "./measures.js";
import { Panel } from "./panel.js";
import { places } from "./places.js";
import { Processes } from "./processes.js";
import { BYS, SHOWS, WINDOWS } from "./view.js";

/** What is known is shown over the whole width from that many seconds on. */
const LEAST_WINDOW = 60;
const SHOW_NAMES = { auto: "Auto", value: "Value", rate: "Rate" };
const BY_NAMES = { total: "Total", process: "Processes" };

/** The charts. `onview(part)` is told what of the view was changed here. */
export class Detail {
  #section;
  #stats;
  #onview;
  #view = { stats: [], minutes: 5, show: "auto", by: "total" };
  #processes;
  /** The charts, by what their lines have in common. */
  #panels = new Map();
  #zoom = null;
  #cursor = null;
  #layout = "";
  #charts = element("div", { class: "charts" });
  #abouts = element("ul", { class: "abouts" });
  #moment = element("p", { class: "moment" });
  #spoken = element("p", { class: "unseen", role: "status" });
  #back;
  #bars;

  constructor(section, stats, onview) {
    this.#section = section;
    this.#stats = stats;
    this.#onview = onview;
    this.#processes = new Processes(stats, () => this.#draw());
    const minutes = (value) => `${value} min`;
    const setMinutes = (value) => onview({ minutes: value });
    const setShow = (value) => onview({ show: value });
    const setBy = (value) => onview({ by: value });
    this.#bars = [
      bar("minutes", "Window", WINDOWS, minutes, setMinutes),
      bar("show", "What is drawn", SHOWS, (value) => SHOW_NAMES[value], setShow),
      bar("by", "What a line is of", BYS, (value) => BY_NAMES[value], setBy),
    ];
    const zoomOut = () => this.#zoomTo(null);
    this.#back = element("button", { type: "button", hidden: true, onclick: zoomOut }, "Zoom out");
    const close = cross("Close the chart", () => onview({ stats: [] }));
    const [minutesBar, showBar, byBar] = this.#bars;
    section.append(
      element(
        "div",
        { class: "tools" },
        element("div", { class: "tools" }, minutesBar, showBar, this.#back),
        element("div", { class: "tools" }, byBar, this.#moment),
        close,
      ),
      this.#charts,
      this.#abouts,
      this.#spoken,
    );
  }

  set view(view) {
    if (view.minutes !== this.#view.minutes) {
      this.#zoom = null;
    }
    this.#view = view;
    const { minutes, show, by } = view;
    const chosen = [minutes, show, by];
    this.#bars.forEach((fieldset, index) => {
      fieldset.querySelector(`[value="${chosen[index]}"]`).checked = true;
    });
    this.#section.hidden = view.stats.length === 0;
    this.#processes.wanted = by === "process" ? view.stats : [];
    this.refresh();
  }

  /** Draws what is known now. */
  refresh() {
    // What processes have comes later than what all have together.
    if (this.#view.by === "process") {
      this.#processes.ask();
    } else {
      this.#draw();
    }
  }

  #draw() {
    if (this.#section.hidden) {
      return;
    }
    const lines = this.#lines();
    this.#arrange(lines);
    const { from, to } = this.#window();
    const [first, end] = this.#places(from, to);
    const timeAt = (_, index) => this.#stats.clock.at(first + index);
    const times = Float64Array.from({ length: end - first }, timeAt);
    const place = this.#pointed(first, times);
    const texts = lines.map((line) => this.#textOf(line, place));
    for (const [key, panel] of this.#panels) {
      const members = lines.filter((line) => line.panel === key);
      const { title } = members[0];
      if (panel.canvas) {
        panel.show({ from, to, ...this.#content(members, first, times) }, this.#cursor);
      }
      const more = title === undefined ? 0 : this.#processes.more(title);
      panel.tell(members, members.map((line) => texts[lines.indexOf(line)]), more);
    }
    this.#back.hidden = this.#zoom === null;
    this.#say(lines, texts, place);
  }

  /** What is drawn: a line for each stat, in charts by scale, or for each process, by stat. */
  #lines() {
    const { stats, show, by } = this.#view;
    const complete = (line) => {
      const { stat } = line;
      const asRate = stat !== undefined && showsRate(stat, show);
      return { ...line, asRate, scale: stat && !stat.isText ? scaleOf(stat, asRate) : null };
    };
    return stats.flatMap((label, color) => {
      const ofProcesses = by === "process" ? this.#processes.of(label) : [];
      if (ofProcesses.length > 0) {
        return ofProcesses.map((own) => complete({ ...own, label, title: label, panel: `of ${label}` }));
      }
      const line = complete({ label, name: label, color, stat: this.#stats.find(label) });
      return [{ ...line, panel: `in ${line.scale}` }];
    });
  }

  #window() {
    const { clock } = this.#stats;
    const last = clock.at(clock.end - 1) || 0;
    const from = Math.max(last - 60 * this.#view.minutes, clock.at(clock.start) || 0);
    return this.#zoom ?? { from: Math.min(from, last - LEAST_WINDOW), to: last };
  }

  /** The places of the window, and one more on either side. */
  #places(from, to) {
    const { clock } = this.#stats;
    const first = Math.max(clock.start, clock.search(from) - 1);
    return [first, Math.min(clock.end, clock.search(to) + 1)];
  }

  #content(members, first, times) {
    const lines = [];
    const bands = [];
    const along = (numberAt) => Float64Array.from(times, (_, index) => numberAt(first + index));
    for (const { stat, asRate, color, title } of members) {
      lines.push({ color, times, values: along(lineOf(stat, this.#stats.clock, asRate)) });
      // Bands of several processes would hide each other.
      for (const [low, high, strength] of title === undefined ? bandsOf(stat, asRate) : []) {
        const [lower, upper] = [low, high].map((name) => along((place) => drawnAt(stat, name, place)));
        bands.push({ color, strength, times, lower, upper });
      }
    }
    const [{ stat, asRate }] = members;
    const base = stat.unit === "bytes" && !asRate ? 2 : 10;
    const zero = members.some((line) => line.asRate);
    return { lines, bands, base, zero, span: spanOf(stat), format: scaleText(stat, asRate) };
  }

  /** Makes charts and texts anew where other lines are drawn, or on other scales. */
  #arrange(lines) {
    const shapes = lines.map(({ panel, name, color, asRate, scale, stat }) =>
      [panel, name, color, asRate, scale, stat?.help, stat?.goneSince]);
    const layout = JSON.stringify(shapes);
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    const onout = (label) => this.#onview({ stats: this.#view.stats.filter((other) => other !== label) });
    const onread = (time) => this.#pointAt(time);
    const onzoom = (from, to) => this.#zoomTo(from === undefined ? null : { from, to });
    this.#panels.forEach((panel) => panel.close());
    this.#panels = new Map([...new Set(lines.map(({ panel }) => panel))].map((key) => {
      const members = lines.filter(({ panel }) => panel === key);
      return [key, new Panel({ title: members[0].title, lines: members, onout, onread, onzoom })];
    }));
    this.#charts.replaceChildren(...[...this.#panels.values()].map(({ node }) => node));
    this.#abouts.replaceChildren(...this.#view.stats.map((label) => this.#aboutOf(label)));
  }

  /** What a stat means, and in which files it is. */
  #aboutOf(label) {
    const stat = this.#stats.find(label);
    return element(
      "li",
      {},
      element("p", {}, element("span", { class: "label" }, label), " ",
        element("span", { class: "help" }, stat ? stat.help : "There is no such stat now.")),
      stat && stat.goneSince === null ? places(stat) : "",
    );
  }

  #pointAt(time) {
    this.#cursor = time;
    this.#draw();
  }

  #zoomTo(zoom) {
    this.#zoom = zoom;
    this.#draw();
  }

  /** The place that is pointed at; null where none is. */
  #pointed(first, times) {
    return this.#cursor !== null && times.length > 0 ? first + nearest(times, this.#cursor) : null;
  }

  /** What a line was at a place, or else is. */
  #textOf({ stat, asRate }, place) {
    const { clock } = this.#stats;
    if (stat === undefined) {
      return "–";
    }
    const { isText, kind, goneSince } = stat;
    if (isText || (place === null && (kind === "timestamp" || goneSince !== null))) {
      return valueText(stat, clock);
    }
    return reading(stat, clock, asRate, place ?? clock.end - 1);
  }

  /** What the arrows point at is heard; what the mouse does is only seen. */
  #say(lines, texts, place) {
    const time = place === null ? "" : timeOfDay(this.#stats.clock.at(place));
    setText(this.#moment, time);
    const heard = place !== null && this.#charts.contains(document.activeElement);
    const told = lines.map(({ name }, index) => `${name} ${texts[index]}`);
    setText(this.#spoken, heard ? [time, ...told].join(", ") : "");
  }
}
