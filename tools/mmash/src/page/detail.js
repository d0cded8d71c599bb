// The charts of the chosen stats, and the values at the time that is pointed at.

import { choiceBar, closeButton } from "../kit/controls.js";
import { element, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { time as timeOfDay } from "../kit/format.js";
import { firstOf } from "../kit/marks.js";
import { nearest } from "../kit/scale.js";
import { partsOf, titleOf } from "./choice.js";
import { contentOf } from "./content.js";
import { Excerpt } from "./excerpt.js";
import { reading, valueText } from "./display.js";
import { Lines } from "./lines.js";
import { Marks } from "./marks.js";
import { Panel } from "./panel.js";
import { perFile } from "./per_file.js";
import { Processes } from "./processes.js";
import { BYS, SHOWS, WINDOWS } from "./url.js";

/** The least window, in seconds: a shorter history doesn't fill the width. */
const MIN_WINDOW = 60;
/** Maximum number of marks that are read out with the values. */
const MAX_NEAR = 3;
const SHOW_NAMES = { auto: "Auto", value: "Value", rate: "Rate" };
const BY_NAMES = { series: "Series", total: "Total", process: "Processes" };

/** The charts. `onview(change)` gets what of the view was changed here. */
export class Detail {
  #section;
  #stats;
  #history;
  #onview;
  #view = { choices: [], minutes: 5, show: "auto", by: "series", range: null };
  #processes;
  #lines;
  #marks = new Marks(() => this.#draw());
  #excerpt = new Excerpt(() => this.#draw());
  /** The charts, by what their lines have in common. */
  #panels = new Map();
  #cursor = null;
  #layout = "";
  #charts = element("div", { class: "charts" });
  #descriptions = element("ul", { class: "descriptions" });
  #time = element("p", { class: "moment" });
  #announced = element("p", { class: "visually-hidden", role: "status" });
  #zoomOut;
  #bars;

  constructor(section, { stats, history }, onview) {
    this.#section = section;
    this.#stats = stats;
    this.#history = history;
    this.#onview = onview;
    this.#processes = new Processes(stats, () => this.#draw());
    this.#lines = new Lines(stats, this.#processes);
    const minutes = (value) => `${value} min`;
    const setMinutes = (value) => onview({ minutes: value, range: null });
    const setShow = (value) => onview({ show: value });
    const setBy = (value) => onview({ by: value === "total" && !this.#hasNames ? "series" : value });
    this.#bars = [
      choiceBar("minutes", "Window", WINDOWS, minutes, setMinutes),
      choiceBar("show", "Shown as", SHOWS, (value) => SHOW_NAMES[value], setShow),
      choiceBar("by", "One line for", BYS, (value) => BY_NAMES[value], setBy),
    ];
    const zoomOut = () => onview({ range: null });
    this.#zoomOut = element("button", { type: "button", hidden: true, onclick: zoomOut }, "Zoom out");
    const close = closeButton("Close the chart", () => onview({ choices: [], range: null }));
    const [minutesBar, showBar, byBar] = this.#bars;
    section.append(
      element(
        "div",
        { class: "tools" },
        element("div", { class: "tools" }, minutesBar, showBar, this.#zoomOut),
        element("div", { class: "tools" }, byBar, this.#time),
        close,
      ),
      this.#charts,
      this.#descriptions,
      this.#announced,
    );
  }

  set view(view) {
    this.#view = view;
    const { minutes, show, by } = view;
    this.#bars.slice(0, 2).forEach((bar, index) => check(bar, [minutes, show][index]));
    this.#section.hidden = view.choices.length === 0;
    this.#processes.choices = by === "process" ? view.choices : [];
    this.refresh();
  }

  /** Draws the present state. */
  refresh() {
    // The values of processes come later than those of all.
    if (this.#view.by === "process") {
      this.#processes.fetch();
    } else {
      this.#draw();
    }
  }

  #draw() {
    if (this.#section.hidden) {
      return;
    }
    this.#updateBy();
    const lines = this.#lines.of(this.#view);
    this.#arrange(lines);
    const stats = recordedOf(lines);
    this.#history.fill(stats);
    this.#excerpt.show(this.#view.range, stats);
    const { from, to } = this.#window();
    const excerpt = this.#excerpt.clockBeyond(this.#stats.clock, { from, to });
    const clock = excerpt ?? this.#stats.clock;
    const drawn = excerpt ? lines.map((line) => this.#excerpted(line)) : lines;
    const [first, end] = rangeOf(clock, from, to);
    const times = Float64Array.from({ length: end - first }, (_, index) => clock.at(first + index));
    const pointed = this.#pointedIndex(first, times);
    const texts = lines.map((line, index) =>
      pointed === null ? this.#textOf(line, null) : this.#textOf(drawn[index], pointed));
    const marks = new Map();
    for (const [key, panel] of this.#panels) {
      const isMember = ({ panel }) => panel === key;
      const members = drawn.filter(isMember);
      const all = lines.filter(isMember);
      marks.set(key, this.#marksOf(key, all, from, to));
      let more = this.#moreOf(all);
      if (panel.canvas) {
        const content = contentOf(members, first, times);
        more += content.lines.length < members.length ? ", but not drawn: these would be flat" : "";
        panel.draw({ from, to, marks: marks.get(key), ...content }, this.#cursor);
      }
      panel.updateMarks(marks.get(key));
      panel.updateLegend(members, texts.filter((_, index) => isMember(lines[index])), more);
    }
    this.#marks.keepOnly([...this.#panels.keys()]);
    this.#zoomOut.hidden = this.#view.range === null;
    this.#announce(lines, texts, { time: pointed === null ? null : clock.at(pointed), times, marks });
  }

  /** A line with the numbers of the excerpt. */
  #excerpted(line) {
    const { stat } = line;
    const statOf = (stat) => this.#excerpt.statOf(stat);
    return stat === undefined ? line : { ...line, stat: stat.like ? stat.like(statOf) : statOf(stat) };
  }

  #marksOf(key, lines, from, to) {
    const marks = this.#marks.of(key, recordedOf(lines, { all: true }));
    return marks.filter(({ time }) => time >= from && time <= to);
  }

  /** What a chart doesn't show. */
  #moreOf(lines) {
    const [{ more }] = lines;
    const isWithout = lines.some(({ stat }) => stat && this.#history.isWithout(stat));
    const without = isWithout ? "before the page was opened nothing is known: there are too many stats" : "";
    return [more, without].filter(Boolean).join("; ");
  }

  /** Stats are their only series, so the choice is between all and processes. */
  #updateBy() {
    const { by } = this.#view;
    const bar = this.#bars[2];
    bar.querySelector("[value=series]").parentElement.hidden = !this.#hasNames;
    check(bar, this.#hasNames || by !== "series" ? by : "total");
  }

  /** Whether a name is chosen. */
  get #hasNames() {
    return this.#view.choices.some((choice) => this.#stats.resolve(choice).names);
  }

  #window() {
    const { clock } = this.#stats;
    const last = clock.at(clock.end - 1) || 0;
    const from = Math.max(last - 60 * this.#view.minutes, clock.at(clock.start) || 0);
    return this.#view.range ?? { from: Math.min(from, last - MIN_WINDOW), to: last };
  }

  /** Makes new charts and texts if there are other lines, or other scales. */
  #arrange(lines) {
    const shapes = lines.map(({ panel, name, color, asRate, scale, stat }) =>
      [panel, name, color, asRate, scale, stat?.help, stat?.goneSince]);
    const layout = JSON.stringify(shapes);
    if (layout === this.#layout) {
      return;
    }
    this.#layout = layout;
    const without = (choice) => this.#view.choices.filter((other) => other !== choice);
    const onremove = (choice) => this.#onview({ choices: without(choice) });
    const onread = (time) => this.#pointAt(time);
    const onzoom = (from, to) => this.#zoomTo(from, to);
    this.#panels.forEach((panel) => panel.close());
    this.#panels = new Map([...new Set(lines.map(({ panel }) => panel))].map((key) => {
      const members = lines.filter(({ panel }) => panel === key);
      return [key, new Panel({ title: members[0].title, lines: members, onremove, onread, onzoom })];
    }));
    this.#charts.replaceChildren(...[...this.#panels.values()].map(({ node }) => node));
    const descriptions = this.#view.choices.map((choice) => this.#descriptionOf(choice));
    this.#descriptions.replaceChildren(...descriptions);
  }

  /** The help text of a stat, and its values in each file. */
  #descriptionOf(choice) {
    const { stat, names } = this.#stats.resolve(choice);
    const missing = `This ${partsOf(choice)[0]} doesn't exist now.`;
    const help = (stat ?? names?.[0].stat)?.help ?? missing;
    return element(
      "li",
      {},
      element("p", {}, element("span", { class: "label" }, visible(titleOf(choice))), " ",
        element("span", { class: "help" }, help)),
      stat && stat.goneSince === null ? perFile(stat) : "",
    );
  }

  #pointAt(time) {
    this.#cursor = time;
    this.#draw();
  }

  /** Zooms to a range; out, if there is none, or if it is as long as the window. */
  #zoomTo(from, to) {
    const isRange = from !== undefined && to - from < 60 * Math.max(...WINDOWS);
    if (isRange || this.#view.range !== null) {
      this.#onview({ range: isRange ? { from: Math.max(0, from), to } : null });
    }
  }

  /** The index that is pointed at, or null. */
  #pointedIndex(first, times) {
    return this.#cursor !== null && times.length > 0 ? first + nearest(times, this.#cursor) : null;
  }

  /** The text of a line at an index, or at present. */
  #textOf({ stat, asRate }, index) {
    const { clock } = this.#stats;
    if (stat === undefined) {
      return "–";
    }
    const { isText, kind, goneSince } = stat;
    if (isText || (index === null && (kind === "timestamp" || goneSince !== null))) {
      return valueText(stat, clock);
    }
    return reading(stat, asRate, index ?? clock.end - 1);
  }

  /** Notes that programs started, ended or died. */
  marksChanged() {
    this.#marks.changed();
  }

  /**
   * Shows the time that is pointed at, with what became of programs then, or the range; if by the
   * keyboard, screen readers announce the values.
   */
  #announce(lines, texts, { time, times, marks }) {
    const { range } = this.#view;
    const near = time === null ? [] : nearTo(time, times, [...marks.values()].flat());
    const rangeText = range ? `${timeOfDay(range.from)} to ${timeOfDay(range.to)}` : "";
    const moment = time === null ? rangeText : [timeOfDay(time), ...near].join(" · ");
    setText(this.#time, moment);
    const isKeyboard = time !== null && this.#charts.contains(document.activeElement);
    const values = lines.map(({ name }, line) => `${name} ${texts[line]}`);
    setText(this.#announced, isKeyboard ? [moment, ...values].join(", ") : "");
  }
}

/** The indexes of a window, and one more on either side. */
function rangeOf(clock, from, to) {
  return [Math.max(clock.start, clock.search(from) - 1), Math.min(clock.end, clock.search(to) + 1)];
}

/** The stats of lines that mmash has a history of; with `all` also those of processes. */
function recordedOf(lines, { all = false } = {}) {
  const stats = lines
    .filter(({ stat, isProcess }) => stat && !stat.isText && (all || !isProcess))
    .flatMap(({ stat }) => stat.parts ?? [stat]);
  return [...new Set(stats)];
}

/** The texts of marks of which a time is the nearest of all. */
function nearTo(time, times, marks) {
  const texts = marks.filter((mark) => times[nearest(times, mark.time)] === time).map(({ text }) => text);
  return firstOf([...new Set(texts)], MAX_NEAR);
}

/** Checks a button of a bar. */
function check(bar, value) {
  bar.querySelector(`[value="${value}"]`).checked = true;
}
