// The filter of a list.

/**
 * A predicate on labels: all words must occur in a label, those after a `-` must not; `*` matches
 * anything. Case doesn't matter.
 */
export function matcher(text) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "" && word !== "-");
  const tests = words.map((word) => {
    const unwanted = word.startsWith("-");
    const parts = (unwanted ? word.slice(1) : word).split("*");
    return (label) => hasInOrder(label, parts) !== unwanted;
  });
  return (label) => {
    const lower = label.toLowerCase();
    return tests.every((test) => test(lower));
  };
}

function hasInOrder(label, parts) {
  let from = 0;
  return parts.every((part) => {
    const found = label.indexOf(part, from);
    from = found + part.length;
    return found >= 0;
  });
}
