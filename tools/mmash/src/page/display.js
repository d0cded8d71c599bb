// How stats are displayed: texts of present values, numbers over time for lines and bands.

import { moment, number, quantity, rate, second, time } from "../kit/format.js";
import { numberOf } from "./stat.js";

/** The texts of kinds whose files have no value in common. */
const WITHOUT_VALUE = { info: "(several)", timestamp: "never" };
/** How many polls back the latest mean is searched: not every poll has one. */
const LOOKBACK = 30;

/** A value as it is drawn: beyond a histogram's range, the range's end. */
export function drawnAt(stat, name, index) {
  return Math.min(stat.at(name, index), stat.rangeEnd);
}

/** The main value at an index: for timers and averages, the mean of what is new. */
function valueAt(stat, index) {
  if (stat.kind === "histogram") {
    return drawnAt(stat, "p50", index);
  }
  if (stat.hasNewMean) {
    return stat.at("mean", index);
  }
  return stat.at("value", index);
}

/** Whether a stat is shown as a rate: as chosen, or as suits it. */
export function showsRate(stat, show) {
  const counter = stat.counting === "value";
  return stat.counting !== null && (show === "rate" || (show === "auto" && counter));
}

/** A function from indexes to the numbers of a stat's line. */
export function lineOf(stat, asRate) {
  return (index) => (asRate ? stat.at("rate", index) : valueAt(stat, index));
}

/** The bands of a stat: pairs of values, and the opacity of each. */
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
function lineText(stat, asRate, value) {
  if (!Number.isFinite(value)) {
    return "–";
  }
  return asRate ? rate(value) : text(stat, value);
}

/** The text of everything that a stat's chart shows at an index. */
export function reading(stat, asRate, index) {
  if (!asRate && stat.kind === "histogram") {
    const known = ["p50", "p90", "p99", "max"].filter((name) => !Number.isNaN(stat.at(name, index)));
    return known.map((name) => `${name} ${text(stat, stat.at(name, index))}`).join("  ") || "–";
  }
  if (!asRate && Number.isFinite(stat.at("greatest", index))) {
    return `${text(stat, stat.at("least", index))} … ${text(stat, stat.at("greatest", index))}`;
  }
  return lineText(stat, asRate, lineOf(stat, asRate)(index));
}

/** The present value, for a row. */
export function valueText(stat, clock) {
  const { values } = stat;
  if (stat.goneSince !== null) {
    return `gone since ${second(stat.goneSince)}`;
  }
  if (stat.kind === "histogram") {
    const { p50, p99 } = values.recent ?? values;
    return p50 === undefined ? "–" : `p50 ${text(stat, p50, 3)} · p99 ${text(stat, p99, 3)}`;
  }
  if (stat.hasNewMean) {
    const last = latest(stat, clock);
    return text(stat, Number.isFinite(last) ? last : values.value);
  }
  if (values.least !== undefined) {
    return `${text(stat, values.least)} … ${text(stat, values.greatest)}`;
  }
  if (values.value === undefined) {
    // Dead programs have no present value.
    return values.live_files === 0 ? "–" : (WITHOUT_VALUE[stat.kind] ?? "–");
  }
  return text(stat, values.value);
}

/** Says that programs of a stat are dead; empty if none are. */
export function deathText({ goneSince, values, label }) {
  const { dead_files: dead = 0, live_files: live = 0 } = values;
  if (dead === 0 || goneSince !== null) {
    return "";
  }
  if (label === undefined && live > 0) {
    // A file counts once for each series of a name.
    return "partly dead";
  }
  return live === 0 ? "dead" : `${number(dead)} of ${number(dead + live)} dead`;
}

function latest(stat, clock) {
  for (let index = clock.end - 1; index >= clock.end - LOOKBACK; index -= 1) {
    const value = valueAt(stat, index);
    if (Number.isFinite(value)) {
      return value;
    }
  }
  return NaN;
}

/** The present rate, for a row; empty if the stat has none. */
export function rateText(stat, clock) {
  if (stat.counting === null || stat.goneSince !== null) {
    return "";
  }
  const value = stat.at("rate", clock.end - 1);
  return Number.isFinite(value) ? rate(value) : "–";
}

/** The value of a stat in one file. */
export function fileText(stat, value, components) {
  if (stat.kind === "histogram") {
    const { count, range_end: rangeEnd } = components;
    const [p50, p99] = [components.p50, components.p99].map((value) => text(stat, value, 4, rangeEnd));
    return count > 0 ? `${number(count)}: p50 ${p50} · p99 ${p99}` : "none";
  }
  return text(stat, value);
}

function text(stat, raw, digits = 4, rangeEnd = stat.rangeEnd) {
  const value = numberOf(stat, raw);
  if (stat.kind === "timestamp") {
    // It was never set, at least in one of the files.
    return Number.isNaN(value) ? "never" : moment(value);
  }
  if (stat.kind === "histogram" && value === Infinity) {
    return `> ${text(stat, rangeEnd, digits)}`;
  }
  if (typeof raw !== "number") {
    return String(raw);
  }
  return isPlain(stat) ? String(value) : quantity(value, stat.unit, digits);
}

/** Ids are numbers without thousands separators. */
function isPlain(stat) {
  return /(^|\.)(pid|tid|uid|gid)$/.test(stat.name) && Number.isInteger(stat.values.value ?? 0);
}

/** Stats with the same scale are drawn in one chart. */
export function scaleOf(stat, asRate) {
  if (stat.kind === "timestamp") {
    return "date";
  }
  return asRate ? `${stat.unit}/s` : stat.unit;
}

/** The least span of a scale, as part of its largest value: for dates only differences count. */
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
