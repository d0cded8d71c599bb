// Ranges of time: from now back, which move, and from one time to another, which stand still.

/** How long the ranges are that move, by the names that stand in the address, and for people. */
export const PRESETS = {
  "5m": [300, "5 min"],
  "30m": [1800, "30 min"],
  "1h": [3600, "1 h"],
  "6h": [21_600, "6 h"],
  "1d": [86_400, "1 d"],
  "7d": [604_800, "7 d"],
  "30d": [2_592_000, "30 d"],
};

/** A chart has about so many steps; at theirs, ranges that move begin and end for whatever is asked. */
export const STEPS = 120;
/** Steps that are round for people, and for a store that adds up by minute and by hour. */
const LENGTHS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3600),
];
/** Clocks tell no more than milliseconds. */
const LEAST_STEP = 0.001;
const LEAST_RANGE = 0.01;

/** What the server's clock is ahead of this one, as its last word said. */
let ahead = 0;

/** The server said what time it is. Less than a second apart is only the way from there to here. */
export function hearTime(time) {
  const apart = time - Date.now() / 1000;
  ahead = Math.abs(apart) < 1 ? 0 : apart;
}

/** Unix time in seconds. */
export function now() {
  return Date.now() / 1000 + ahead;
}

/** From when to when a view goes now. */
export function rangeOf({ preset, from, to }) {
  const end = now();
  return from === null ? { from: end - PRESETS[preset][0], to: end } : { from, to };
}

/** A range that stands still, as exact as an address tells it; null where it is too short for that. */
export function stillRange(from, to) {
  const [begin, end] = [from, to].map((time) => Number(time.toFixed(3)));
  return isFinite(end - begin) && end - begin >= LEAST_RANGE ? { from: begin, to: end } : null;
}

/** Whether a view moves. */
export function isLive({ from }) {
  return from === null;
}

/**
 * What to ask a summary in about so many steps for. Where the range moves, it begins and ends at
 * round times: else its steps would have other executions each time. These are the same for any
 * count, so that list and chart are of the same executions.
 */
export function inSteps(view, count) {
  const { from, to } = rangeOf(view);
  if (!isLive(view)) {
    return { from, to, buckets: Math.max(1, Math.min(count, Math.floor((to - from) / LEAST_STEP))) };
  }
  const stepOf = (count) => LENGTHS.find((step) => step * count >= to - from) ?? LENGTHS.at(-1);
  const round = stepOf(STEPS);
  const begin = Math.floor(from / round) * round;
  const end = Math.ceil(to / round) * round;
  return { from: begin, to: end, buckets: Math.ceil((end - begin) / stepOf(count)) };
}
