// Requests to the API.

/** Fetches from the API. An error has the reason of the response, and its status. */
export async function ask(path, parameters = {}, signal = undefined) {
  const present = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(present);
  const answer = await fetch(`api/${path}?${query}`, { signal });
  const record = JSON.parse(await answer.text(), exactly);
  if (!answer.ok) {
    throw Object.assign(new Error(record.error), { status: answer.status });
  }
  return record;
}

/** Keeps integers exact that are too large for a number. */
function exactly(_, value, context) {
  const large = Number.isInteger(value) && !Number.isSafeInteger(value);
  return large && JSON.rawJSON && context?.source ? JSON.rawJSON(context.source) : value;
}

/** The path of a key's executions or summary. */
export function pathOf(key, what) {
  return `keys/${encodeURIComponent(key)}/${what}`;
}

/** Calls `act` for each item, a few at a time. */
export async function withEach(items, concurrency, act) {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) {
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}
