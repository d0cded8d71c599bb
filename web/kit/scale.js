// Places on scales: the nearest time, round numbers.

/** The index whose time is nearest; -1 where there are none. */
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

/** A scale spans at least so much of the largest value on it: else what hardly moves looks wild. */
const LEAST_SPAN = 0.1;

/** From where to where a scale goes at least that has these two on it, with them in the middle. */
export function spread(least, greatest, span = LEAST_SPAN) {
  const missing = span * Math.max(Math.abs(least), Math.abs(greatest)) - (greatest - least);
  return missing > 0 ? [least - missing / 2, greatest + missing / 2] : [least, greatest];
}

/** Numbers that are round, in decimal or to the base 2, from `least` to `greatest`: about so many. */
export function ticks(least, greatest, count, base = 10) {
  const rough = (greatest - least) / Math.max(1, count);
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const step = power * ([1, 2, 5].find((factor) => factor < base && factor * power >= rough) ?? base);
  // Both ends belong to it, also where they aren't exact. There is no -0.
  const first = Math.ceil(least / step - 1e-9) + 0;
  const last = Math.floor(greatest / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Round numbers on a logarithmic scale from `least` to `greatest`, about so many. */
export function logarithmicTicks(least, greatest, count) {
  const [low, high] = [least, greatest].map(Math.log10);
  const decades = high - low;
  if (decades < 1) {
    return ticks(least, greatest, count);
  }
  // These stand closer together than others may, at equal distances nearly.
  const factors = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const powers = Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, index) => index)
    .map((index) => Math.floor(low) + index)
    .filter((power) => power % step === 0);
  const found = powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
  return found.filter((value) => value >= least && value <= greatest);
}
