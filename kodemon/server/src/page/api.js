// Questions to the API.

/** What the API answers; an error has the reason that it gives, and its status. */
export async function ask(path, parameters = {}, signal = undefined) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given);
  const answer = await fetch(`api/${path}?${query}`, { signal });
  const record = JSON.parse(await answer.text(), exactly);
  if (!answer.ok) {
    throw Object.assign(new Error(record.error), { status: answer.status });
  }
  return record;
}

/** Whole numbers that are too large for a script stay what they were. */
function exactly(_, value, context) {
  const large = Number.isInteger(value) && !Number.isSafeInteger(value);
  return large && JSON.rawJSON && context?.source ? JSON.rawJSON(context.source) : value;
}

/** Where a key's executions and summaries are asked for. */
export function pathOf(key, what) {
  return `keys/${encodeURIComponent(key)}/${what}`;
}

/** Does something with each item, a few at a time. */
export async function withEach(items, atOnce, act) {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) {
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
