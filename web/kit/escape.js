// Makes texts of others harmless to read: what would turn the direction of text around or isn't seen
// is shown as what it is called. The same characters as in cli/src/escape.rs.

const HARMFUL = new RegExp(
  "[\\0-\\x1f\\x7f-\\x9f" +
    // directions of text
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" +
    // line and paragraph separators, the byte order mark
    "\\u2028\\u2029\\ufeff]",
  "g",
);
const NAMES = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with every harmful character as an escape: `\n`, `\x1b`, `\u{202e}`. */
export function visible(text) {
  return text.replace(HARMFUL, (character) => NAMES[character] ?? nameOf(character.charCodeAt(0)));
}

function nameOf(code) {
  const digits = code.toString(16);
  return code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
}
