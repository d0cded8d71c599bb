// The chosen function: its executions as points, how they were spread step by step, and a table.

import { Chart } from "../kit/chart.js";
import { bar, cross } from "../kit/controls.js";
import { element, onFrame, setText } from "../kit/dom.js";
import { visible } from "../kit/escape.js";
import { date, duration, number, time as timeOfDay } from "../kit/format.js";
import { nearest } from "../kit/scale.js";
import { followSeen } from "../kit/watch.js";
import { ask, pathOf } from "./api.js";
import { Executions } from "./executions.js";
import { Points } from "./points.js";
import { inSteps, isLive, rangeOf, STEPS } from "./range.js";
import { counted, durationText, rateText, stepText } from "./texts.js";
import { outerRanges, SCALES } from "./view.js";

/** While the range moves, the summary is asked for again after a part of a step, in such bounds. */
const PART = 1 / 4;
const [SOONEST, LATEST] = [1, 15];
/** What a summary has, and in which colour it is drawn. */
const FIGURES = [
  ["count", "Calls"],
  ["rate", "Rate"],
  ["min", "Least"],
  ["p50", "p50", 3],
  ["p90", "p90", 5],
  ["p99", "p99", 2],
  ["max", "Greatest"],
];
const LINES = FIGURES.filter(([, , color]) => color !== undefined);
const POINTS = 0;

/**
 * What is chosen. `onview(part)` is told what of the view was changed here, `onsummary(key, total)`
 * the figures of the range.
 */
export class Detail {
  #section;
  #view = { key: "" };
  #chart;
  #points = new Points();
  #executions = new Executions(() => ({ ...this.#view, ...rangeOf(this.#view) }));
  /** What was asked, and what the answer was: of an empty range at first. */
  #question = null;
  #summary = null;
  #asked = 0;
  #onsummary;
  #abort = new AbortController();
  #stop = () => {};
  #cursor = null;
  #draw = onFrame(() => this.#refresh());
  #title = element("h2", { class: "name" });
  #moment = element("p", { class: "moment" });
  #spoken = element("p", { class: "unseen", role: "status" });
  #caption = element("p", { class: "caption" });
  #figures = new Map(FIGURES.map(([name]) => [name, element("dd")]));
  #canvas = element("canvas", { tabindex: 0, role: "img" });
  #scale;
  #back;

  constructor(section, { onview, onzoom, onsummary }) {
    this.#section = section;
    this.#onsummary = onsummary;
    const setScale = (scale) => onview({ scale });
    this.#scale = bar("scale", "Scale", SCALES, (name) => name, setScale);
    this.#back = element("button", { type: "button", onclick: () => onzoom() }, "Zoom out");
    this.#chart = new Chart(this.#canvas, { onread: (time) => this.#pointAt(time), onzoom });
    section.append(
      element("div", { class: "tools" }, this.#title, cross("Close the chart", () => onview({ key: "" }))),
      element("div", { class: "tools" }, this.#scale, this.#back, this.#moment),
      element("dl", { class: "figures" }, ...FIGURES.map((figure) => this.#entry(figure))),
      element("div", { class: "charts" }, this.#canvas),
      this.#caption,
      this.#executions.node,
      this.#spoken,
    );
  }

  #entry([name, title, color]) {
    const mark = color === undefined ? "" : element("span", { class: "mark", "data-color": color });
    return element("div", {}, element("dt", {}, mark, title), this.#figures.get(name));
  }

  set view(view) {
    const same = ["key", "token", "preset", "from", "to"].every((part) => view[part] === this.#view[part]);
    const otherKey = view.key !== this.#view.key;
    this.#view = view;
    this.#section.hidden = view.key === "";
    this.#scale.querySelector(`[value="${view.scale}"]`).checked = true;
    this.#back.hidden = outerRanges().length === 0;
    if (!same) {
      this.#begin(otherKey);
    }
    this.#draw();
  }

  /** Another key or range: what belongs to the one before is forgotten. */
  #begin(otherKey) {
    this.#stop();
    this.#stop = () => {};
    this.#abort.abort();
    if (otherKey) {
      [this.#summary, this.#points, this.#cursor] = [null, new Points(), null];
      this.#executions.clear();
      setText(this.#caption, "");
      setText(this.#title, visible(this.#view.key));
      const keys = "The arrows read step after step; Escape ends it.";
      this.#canvas.setAttribute("aria-label", `Chart of ${visible(this.#view.key)}. ${keys}`);
    }
    if (this.#view.key === "") {
      return;
    }
    if (!isLive(this.#view)) {
      this.#load();
      return;
    }
    // What comes after the stream has begun isn't missed; and where there is none, it is asked for.
    this.#stop = followSeen(`api/stream?${new URLSearchParams({ key: this.#view.key })}`, {
      whole: () => this.#load(),
      change: (step) => this.#take(step),
      state: (now) => now === "refused" && this.#load(),
    });
  }

  /** The server is back. What moves hears of that by its own stream. */
  reload() {
    if (this.#view.key !== "" && !isLive(this.#view)) {
      this.#load();
    }
  }

  #take({ executions }) {
    const { token } = this.#view;
    this.#points.add(executions.filter((execution) => token === "" || execution.token === token));
    this.#executions.hear();
    this.#draw();
  }

  /** Asks for everything. */
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
      await points.load(key, this.#question, this.#summary, { signal, onsome }).catch(() => null);
    }
  }

  /** Asks for the summary; whether there is one. */
  async #summarize(signal) {
    const { key, token } = this.#view;
    const question = { ...inSteps(this.#view, STEPS), token };
    this.#asked = performance.now();
    try {
      this.#summary = await ask(pathOf(key, "summary"), question, signal);
      this.#question = question;
      this.#onsummary(key, this.#summary.total);
      return true;
    } catch (error) {
      // Where there is no answer at all, what is known stays.
      if (error.status !== undefined) {
        setText(this.#caption, error.status === 404 ? "This function isn't known." : error.message);
        this.#summary = null;
      }
      return false;
    } finally {
      this.#draw();
    }
  }

  /** Time has gone by. */
  tick() {
    if (this.#section.hidden || !isLive(this.#view)) {
      return;
    }
    const { from, to, buckets } = this.#question ?? { from: 0, to: 1, buckets: 1 };
    const pause = Math.max(SOONEST, Math.min(LATEST, (PART * (to - from)) / buckets));
    if (performance.now() - this.#asked > pause * 1000) {
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
    this.#tellDrawn();
  }

  #pointAt(time) {
    this.#cursor = time;
    this.#draw();
  }

  /** Tells the figures of the step that is pointed at, else of the whole range. */
  #read(times, buckets) {
    const pointed = this.#cursor === null ? undefined : buckets[nearest(times, this.#cursor)];
    const { count = 0, rate = 0, ...spread } = pointed ?? this.#summary?.total ?? {};
    const textOf = { count: number(count), rate: rateText(rate) };
    this.#figures.forEach((node, name) => setText(node, textOf[name] ?? durationText(spread[name])));
    const told = pointed ? `${date(pointed.from).slice(0, 19)} – ${timeOfDay(pointed.to)}` : "";
    setText(this.#moment, told);
    // What the arrows point at is heard; what the mouse does is only seen.
    const heard = pointed && document.activeElement === this.#canvas;
    const figures = FIGURES.map(([name, title]) => `${title} ${this.#figures.get(name).textContent}`);
    setText(this.#spoken, heard ? [told, ...figures].join(", ") : "");
  }

  #tellDrawn() {
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
