// What mmash has recorded of stats: asking for it, and finding a stat in the answer.

/** Maximum number of labels and names in a request. */
export const MAX_STATS = 32;

/** The history of some stats, which may be none, from `from` until before `to`; null if there is no answer. */
export async function askHistory(stats, { from, to, step } = {}, signal = null) {
  const wanted = stats.map(({ label, name }) => (label === undefined ? ["name", name] : ["label", label]));
  const query = new URLSearchParams([...new Map(wanted.map((pair) => [pair.join(" "), pair])).values()]);
  Object.entries({ from, to, step }).forEach(([key, value]) => value !== undefined && query.set(key, value));
  const answer = await fetch(`api/v1/history?${query}`, { signal }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

/** The stats that only the recording has. */
export async function askEnded() {
  const answer = await fetch("api/v1/history/ended").catch(() => null);
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  return found?.stats ?? [];
}

/** The numbers of a stat over the times of an answer, by name; undefined if it has none. */
export function seriesIn(answer, stat) {
  const isSame = ({ label, name, kind, unit }) =>
    (stat.label === undefined ? name === stat.name : label === stat.label)
    && kind === stat.kind && (unit ?? "") === stat.unit;
  const found = answer.stats.find(isSame);
  return found && Object.fromEntries(
    Object.entries(found.series).map(([name, numbers]) => [name, numbers.map(numberOf)]));
}

/** NaN is a gap. */
function numberOf(recorded) {
  return recorded === null ? NaN : recorded === "inf" ? Infinity : Number(recorded);
}

/**
 * For each of some times that rise the index of the point of an answer that it is part of; -1 if there
 * is none. A point is about the `step` before its time.
 */
export function pointsOf(times, { times: known, step }) {
  let point = 0;
  return times.map((time) => {
    while (point < known.length && known[point] < time) {
      point += 1;
    }
    return point < known.length && known[point] - time < step ? point : -1;
  });
}
