// What a chart draws.

import { bandsOf, drawnAt, lineOf, scaleText, spanOf } from "./display.js";

/** The others, added up, aren't drawn if they are this many times as high as every other line. */
const MAX_RATIO = 4;

/** Whether a line is of many series, and so high that the lines of single ones would be flat. */
function isDwarfing({ isDashed, values }, lines) {
  const highest = (numbers) => numbers.reduce((most, number) => Math.max(most, Math.abs(number) || 0), 0);
  const others = lines.filter((line) => !line.isDashed).map((line) => highest(line.values));
  return isDashed === true && highest(values) > MAX_RATIO * Math.max(...others) && Math.max(...others) > 0;
}

/** The content of the chart of these lines, whose values begin at the index `first` of the clock. */
export function contentOf(members, first, times) {
  const lines = [];
  const bands = [];
  const along = (numberAt) => Float64Array.from(times, (_, index) => numberAt(first + index));
  for (const { stat, asRate, color, title, isDashed } of members) {
    lines.push({ color, isDashed, times, values: along(lineOf(stat, asRate)) });
    // Bands of several processes or series would hide each other.
    for (const [low, high, strength] of title === undefined ? bandsOf(stat, asRate) : []) {
      const [lower, upper] = [low, high].map((name) => along((index) => drawnAt(stat, name, index)));
      bands.push({ color, strength, times, lower, upper });
    }
  }
  const [{ stat, asRate }] = members;
  const base = stat.unit === "bytes" && !asRate ? 2 : 10;
  const zero = members.some((line) => line.asRate);
  const drawn = lines.filter((line) => !isDwarfing(line, lines));
  return { lines: drawn, bands, base, zero, span: spanOf(stat), format: scaleText(stat, asRate) };
}
