// The natural order of texts.

const collator = new Intl.Collator("en", { numeric: true });

/** Compares two texts for sorting: `c2` comes before `c10`. */
export const compareTexts = collator.compare;
