// Natural order of strings.

const collator = new Intl.Collator("en", { numeric: true });

/** Compares two strings for sorting: `c2` comes before `c10`. */
export const compareTexts = collator.compare;
