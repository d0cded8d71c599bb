// Which labels are meant by some words.

/**
 * A test of labels. All words must be in a label, those with a `-` before them must not; `*`
 * stands for anything. Upper case or lower doesn't matter.
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
