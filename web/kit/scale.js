// Positions on scales: the nearest time, round numbers.

/** The index of the nearest time; -1 if there are none. */
export function nearest(times, time) {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && time - times[low - 1] < times[low] - time ? low - 1 : Math.min(low, high);
}

/** The least span of a scale, as part of its largest value: else small changes would look large. */
const MIN_SPAN = 0.1;

/** The least range of a scale with these two values, which are in its middle. */
export function spread(least, greatest, span = MIN_SPAN) {
  const missing = span * Math.max(Math.abs(least), Math.abs(greatest)) - (greatest - least);
  return missing > 0 ? [least - missing / 2, greatest + missing / 2] : [least, greatest];
}

/** About `count` round numbers from `least` to `greatest`, in decimal or to the base 2. */
export function ticks(least, greatest, count, base = 10) {
  const rough = (greatest - least) / Math.max(1, count);
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const step = power * ([1, 2, 5].find((factor) => factor < base && factor * power >= rough) ?? base);
  // Both ends are included, even if they aren't exact. Adding 0 avoids -0.
  const first = Math.ceil(least / step - 1e-9) + 0;
  const last = Math.floor(greatest / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** About `count` round numbers on a logarithmic scale from `least` to `greatest`. */
export function logarithmicTicks(least, greatest, count) {
  const [low, high] = [least, greatest].map(Math.log10);
  const decades = high - low;
  if (decades < 1) {
    return ticks(least, greatest, count);
  }
  // 1, 2 and 5 are at nearly equal distances, so they may be closer together.
  const factors = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const powers = Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, index) => index)
    .map((index) => Math.floor(low) + index)
    .filter((power) => power % step === 0);
  const found = powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  return found.filter((value) => value >= least && value <= greatest);
}
