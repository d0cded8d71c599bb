// What a stat shows: texts of its present, numbers over time for lines and bands.

import { moment, number, quantity, rate, time } from "../kit/format.js";
import { numberOf } from "./stat.js";

/** What kinds are that files have, but with no value for all of them. */
const WITHOUT_VALUE = { info: "(several)", timestamp: "never" };
/** How many looks back something is searched for that doesn't happen in each. */
const PATIENCE = 30;

/** The rate of what a stat counts at a place. */
function rateAt(stat, clock, place) {
  return stat.growth(stat.counting, place) / (clock.at(place) - clock.at(place - 1));
}

/** A figure at a place, as it is drawn: what is beyond a histogram's range, at the range's end. */
export function drawnAt(stat, name, place) {
  return Math.min(stat.at(name, place), stat.rangeEnd);
}

/** What a stat is at a place: of timers and averages the mean of what is new. */
function valueAt(stat, place) {
  if (stat.kind === "histogram") {
    return drawnAt(stat, "p50", place);
  }
  if (stat.hasMean && stat.series("total")) {
    return stat.growth("total", place) / stat.growth("count", place);
  }
  return stat.at("value", place);
}

/** Whether a stat is shown as a rate: as told, or else as suits it. */
export function showsRate(stat, show) {
  const counter = stat.counting === "value";
  return stat.counting !== null && (show === "rate" || (show === "auto" && counter));
}

/** A function from places to the numbers of a stat's line. */
export function lineOf(stat, clock, asRate) {
  return asRate ? (place) => rateAt(stat, clock, place) : (place) => valueAt(stat, place);
}

/** The bands of a stat: pairs of figures, with how strongly each is drawn. */
export function bandsOf(stat, asRate) {
  if (asRate) {
    return [];
  }
  if (stat.kind === "histogram") {
    return [["p50", "p90", 0.28], ["p90", "p99", 0.16], ["p99", "max", 0.08]];
  }
  return stat.series("least") ? [["least", "greatest", 0.25]] : [];
}

/** The text of a number of this stat's line. */
export function lineText(stat, asRate, value) {
  if (!Number.isFinite(value)) {
    return "–";
  }
  return asRate ? rate(value) : text(stat, value);
}

/** Everything that a stat's chart tells of a place. */
export function reading(stat, clock, asRate, place) {
  if (!asRate && stat.kind === "histogram") {
    const told = ["p50", "p90", "p99", "max"].filter((name) => !Number.isNaN(stat.at(name, place)));
    return told.map((name) => `${name} ${text(stat, stat.at(name, place))}`).join("  ") || "–";
  }
  if (!asRate && Number.isFinite(stat.at("greatest", place))) {
    return `${text(stat, stat.at("least", place))} … ${text(stat, stat.at("greatest", place))}`;
  }
  return lineText(stat, asRate, lineOf(stat, clock, asRate)(place));
}

/** The present value, for a row. */
export function valueText(stat, clock) {
  const { figures } = stat;
  if (stat.goneSince !== null) {
    return `gone since ${time(stat.goneSince)}`;
  }
  if (stat.kind === "histogram") {
    const { p50, p99 } = figures.recent ?? figures;
    return p50 === undefined ? "–" : `p50 ${text(stat, p50, 3)} · p99 ${text(stat, p99, 3)}`;
  }
  if (stat.hasMean && stat.series("total")) {
    const last = latest(stat, clock);
    return text(stat, Number.isFinite(last) ? last : figures.value);
  }
  if (figures.least !== undefined) {
    return `${text(stat, figures.least)} … ${text(stat, figures.greatest)}`;
  }
  if (figures.value === undefined) {
    // What only dead programs have isn't known.
    return figures.live_files === 0 ? "–" : (WITHOUT_VALUE[stat.kind] ?? "–");
  }
  return text(stat, figures.value);
}

/** That programs of a stat are dead; empty where none is known to be. */
export function deathText({ goneSince, figures }) {
  const { dead_files: dead = 0, live_files: live = 0 } = figures;
  if (dead === 0 || goneSince !== null) {
    return "";
  }
  return live === 0 ? "dead" : `${number(dead)} of ${number(dead + live)} dead`;
}

function latest(stat, clock) {
  for (let place = clock.end - 1; place >= clock.end - PATIENCE; place -= 1) {
    const value = valueAt(stat, place);
    if (Number.isFinite(value)) {
      return value;
    }
  }
  return NaN;
}

/** The present rate, for a row; empty where nothing is counted. */
export function rateText(stat, clock) {
  if (stat.counting === null || stat.goneSince !== null) {
    return "";
  }
  const value = rateAt(stat, clock, clock.end - 1);
  return Number.isFinite(value) ? rate(value) : "–";
}

/** What one file has of a stat. */
export function fileText(stat, value, components) {
  if (stat.kind === "histogram") {
    const { count, range_end: rangeEnd } = components;
    const [p50, p99] = [components.p50, components.p99].map((own) => text(stat, own, 4, rangeEnd));
    return count > 0 ? `${number(count)}: p50 ${p50} · p99 ${p99}` : "none";
  }
  return text(stat, value);
}

function text(stat, figure, digits = 4, rangeEnd = stat.rangeEnd) {
  const value = numberOf(stat, figure);
  if (stat.kind === "timestamp") {
    // It has never been set, or in one of the files that differ.
    return Number.isNaN(value) ? "never" : moment(value);
  }
  if (stat.kind === "histogram" && value === Infinity) {
    return `> ${text(stat, rangeEnd, digits)}`;
  }
  if (typeof figure !== "number") {
    return String(figure);
  }
  return isPlain(stat) ? String(value) : quantity(value, stat.unit, digits);
}

/** Numbers that name something and aren't counted have no thousands. */
function isPlain(stat) {
  return /(^|\.)(pid|tid|uid|gid)$/.test(stat.label) && Number.isInteger(stat.figures.value ?? 0);
}

/** What stats must have in common to be drawn in one chart. */
export function scaleOf(stat, asRate) {
  if (stat.kind === "timestamp") {
    return "date";
  }
  return asRate ? `${stat.unit}/s` : stat.unit;
}

/** How much of its largest value a scale of a stat spans at least: of dates only the differences count. */
export function spanOf({ kind }) {
  return kind === "timestamp" ? 0 : undefined;
}

/** A function from a value to its text on the scale of this stat. */
export function scaleText(stat, asRate) {
  if (asRate) {
    return (value) => `${number(value, 4)}/s`;
  }
  if (stat.kind === "timestamp") {
    return time;
  }
  if (isPlain(stat)) {
    return String;
  }
  const named = stat.unit === "seconds" || stat.unit === "bytes";
  return (value) => (named ? quantity(value, stat.unit, 4) : number(value, 4));
}
