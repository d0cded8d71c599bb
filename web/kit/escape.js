// Escapes characters that hide what a text says: control characters, and those that change the
// direction of text. They are the same as in cli/src/escape.rs, which a test compares.

const HARMFUL = new RegExp(
  "[\\0-\\x1f\\x7f-\\x9f" +
    // direction of text
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" +
    // line and paragraph separators, the byte order mark
    "\\u2028\\u2029\\ufeff]",
  "g",
);
const NAMES = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** The text with every harmful character escaped: `\n`, `\x1b`, `\u{202e}`. */
export function visible(text) {
  return text.replace(HARMFUL, (character) => NAMES[character] ?? nameOf(character.charCodeAt(0)));
}

function nameOf(code) {
  const digits = code.toString(16);
  return code < 0x80 ? `\\x${digits.padStart(2, "0")}` : `\\u{${digits}}`;
}
