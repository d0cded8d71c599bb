// The chosen function: its executions as points, their percentiles by step, and a table.

import { Chart } from "../kit/chart.js";
import { choiceBar, closeButton } from "../kit/controls.js";
import { element, onFrame, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { date, duration, number, time as timeOfDay } from "../kit/format.js";
import { nearest } from "../kit/scale.js";
import { followWhileVisible } from "../kit/visible.js";
import { ask, pathOf } from "./api.js";
import { Executions } from "./executions.js";
import { Points } from "./points.js";
import { inSteps, isLive, rangeOf, STEPS } from "./range.js";
import { counted, durationText, rateText, stepText } from "./texts.js";
import { outerRanges, SCALES } from "./url.js";

/** A live summary is fetched again after a part of a step, within these bounds in seconds. */
const PART = 1 / 4;
const [MIN_INTERVAL, MAX_INTERVAL] = [1, 15];
/** The values of a summary, with their titles and colors. */
const VALUES = [
  ["count", "Calls"],
  ["rate", "Rate"],
  ["min", "Min"],
  ["p50", "p50", 3],
  ["p90", "p90", 5],
  ["p99", "p99", 2],
  ["max", "Max"],
];
const LINES = VALUES.filter(([, , color]) => color !== undefined);
const POINTS = 0;

/**
 * The chosen function. `onview(change)` gets what of the view was changed here, `onsummary(key,
 * total)` the summary of the range.
 */
export class Detail {
  #section;
  #view = { key: "" };
  #chart;
  #points = new Points();
  #executions = new Executions(() => ({ ...this.#view, ...rangeOf(this.#view) }));
  /** The query of the summary, and the summary; null at first. */
  #query = null;
  #summary = null;
  #fetchedAt = 0;
  #onsummary;
  #abort = new AbortController();
  #stop = () => {};
  #cursor = null;
  #draw = onFrame(() => this.#refresh());
  #title = element("h2", { class: "name" });
  #time = element("p", { class: "moment" });
  #announced = element("p", { class: "visually-hidden", role: "status" });
  #caption = element("p", { class: "caption" });
  #values = new Map(VALUES.map(([name]) => [name, element("dd")]));
  #canvas = element("canvas", { tabindex: 0, role: "img" });
  #scale;
  #zoomOut;

  constructor(section, { onview, onzoom, onsummary }) {
    this.#section = section;
    this.#onsummary = onsummary;
    const setScale = (scale) => onview({ scale });
    this.#scale = choiceBar("scale", "Scale", SCALES, (name) => name, setScale);
    this.#zoomOut = element("button", { type: "button", onclick: () => onzoom() }, "Zoom out");
    this.#chart = new Chart(this.#canvas, { onread: (time) => this.#pointAt(time), onzoom });
    section.append(
      element("div", { class: "tools" }, this.#title, closeButton("Close the chart", () => onview({ key: "" }))),
      element("div", { class: "tools" }, this.#scale, this.#zoomOut, this.#time),
      element("dl", { class: "figures" }, ...VALUES.map((value) => this.#entry(value))),
      element("div", { class: "charts" }, this.#canvas),
      this.#caption,
      this.#executions.node,
      this.#announced,
    );
  }

  #entry([name, title, color]) {
    const mark = color === undefined ? "" : element("span", { class: "mark", "data-color": color });
    return element("div", {}, element("dt", {}, mark, title), this.#values.get(name));
  }

  set view(view) {
    const same = ["key", "token", "preset", "from", "to"].every((part) => view[part] === this.#view[part]);
    const otherKey = view.key !== this.#view.key;
    this.#view = view;
    this.#section.hidden = view.key === "";
    this.#scale.querySelector(`[value="${view.scale}"]`).checked = true;
    this.#zoomOut.hidden = outerRanges().length === 0;
    if (!same) {
      this.#begin(otherKey);
    }
    this.#draw();
  }

  /** Begins another key or range, and drops what belongs to the previous one. */
  #begin(otherKey) {
    this.#stop();
    this.#stop = () => {};
    this.#abort.abort();
    if (otherKey) {
      [this.#summary, this.#points, this.#cursor] = [null, new Points(), null];
      this.#executions.clear();
      setText(this.#caption, "");
      setText(this.#title, visible(this.#view.key));
      const keys = "The arrow keys go from step to step; Escape ends it.";
      this.#canvas.setAttribute("aria-label", `Chart of ${visible(this.#view.key)}. ${keys}`);
    }
    if (this.#view.key === "") {
      return;
    }
    if (!isLive(this.#view)) {
      this.#load();
      return;
    }
    // Loading begins with the stream, so that nothing is missed, or without it if it is rejected.
    this.#stop = followWhileVisible(`api/stream?${new URLSearchParams({ key: this.#view.key })}`, {
      whole: () => this.#load(),
      change: (update) => this.#receive(update),
      state: (now) => now === "refused" && this.#load(),
    });
  }

  /** Loads a fixed range again, as the server is back. A live one has a stream of its own. */
  reload() {
    if (this.#view.key !== "" && !isLive(this.#view)) {
      this.#load();
    }
  }

  #receive({ executions }) {
    const { token } = this.#view;
    this.#points.add(executions.filter((execution) => token === "" || execution.token === token));
    this.#executions.receive();
    this.#draw();
  }

  /** Fetches everything. */
  async #load() {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const points = new Points();
    this.#executions.load();
    if (await this.#summarize(signal)) {
      const { key } = this.#view;
      this.#points = points;
      const onsome = this.#draw;
      await points.load(key, this.#query, this.#summary, { signal, onsome }).catch(() => null);
    }
  }

  /** Fetches the summary; returns whether there is one. */
  async #summarize(signal) {
    const { key, token } = this.#view;
    const query = { ...inSteps(this.#view, STEPS), token };
    this.#fetchedAt = performance.now();
    try {
      this.#summary = await ask(pathOf(key, "summary"), query, signal);
      this.#query = query;
      this.#onsummary(key, this.#summary.total);
      return true;
    } catch (error) {
      // Without an answer, what is known stays.
      if (error.status !== undefined) {
        setText(this.#caption, error.status === 404 ? "Unknown function." : error.message);
        this.#summary = null;
      }
      return false;
    } finally {
      this.#draw();
    }
  }

  /** Called at an interval. */
  tick() {
    if (this.#section.hidden || !isLive(this.#view)) {
      return;
    }
    const { from, to, buckets } = this.#query ?? { from: 0, to: 1, buckets: 1 };
    const pause = Math.max(MIN_INTERVAL, Math.min(MAX_INTERVAL, (PART * (to - from)) / buckets));
    if (performance.now() - this.#fetchedAt > pause * 1000) {
      this.#summarize(this.#abort.signal);
    }
    this.#points.dropBefore(from);
    this.#draw();
  }

  #refresh() {
    if (this.#section.hidden) {
      return;
    }
    const { from, to } = rangeOf(this.#view);
    const buckets = this.#summary?.buckets ?? [];
    const times = buckets.map((bucket) => (bucket.from + Math.min(bucket.to, to)) / 2);
    const along = (name) => buckets.map((bucket) => bucket[name] ?? NaN);
    const { times: moments, values } = this.#points;
    this.#chart.show({
      from,
      to,
      logarithmic: this.#view.scale === "log",
      zero: this.#view.scale === "linear",
      format: duration,
      points: [{ color: POINTS, times: moments, values }],
      lines: LINES.map(([name, , color]) => ({ color: color - 1, times, values: along(name) })),
      bands: [
        { color: POINTS, strength: 0.08, times, lower: along("min"), upper: along("max") },
        { color: POINTS, strength: 0.12, times, lower: along("p50"), upper: along("p99") },
      ],
    });
    this.#chart.cursor = this.#cursor;
    this.#read(times, buckets);
    this.#showCaption();
  }

  #pointAt(time) {
    this.#cursor = time;
    this.#draw();
  }

  /** Shows the values of the step that is pointed at, or of the whole range. */
  #read(times, buckets) {
    const pointed = this.#cursor === null ? undefined : buckets[nearest(times, this.#cursor)];
    const { count = 0, rate = 0, ...spread } = pointed ?? this.#summary?.total ?? {};
    const textOf = { count: number(count), rate: rateText(rate) };
    this.#values.forEach((node, name) => setText(node, textOf[name] ?? durationText(spread[name])));
    const time = pointed ? `${date(pointed.from).slice(0, 19)} – ${timeOfDay(pointed.to)}` : "";
    setText(this.#time, time);
    // Screen readers announce what the keyboard points at.
    const isKeyboard = pointed && document.activeElement === this.#canvas;
    const values = VALUES.map(([name, title]) => `${title} ${this.#values.get(name).textContent}`);
    setText(this.#announced, isKeyboard ? [time, ...values].join(", ") : "");
  }

  #showCaption() {
    if (this.#summary) {
      const { from, to, total } = this.#summary;
      // Some may have come after the summary.
      const drawn = Math.min(this.#points.countIn(from, to), total.count);
      setText(
        this.#caption,
        `${number(drawn)} of ${counted(total.count, "execution")} as points; in each step of ` +
          `${stepText(this.#summary.step)} the lines are percentiles, the bands go from the least ` +
          "to the greatest and from p50 to p99.",
      );
    }
  }
}
