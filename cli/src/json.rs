//! JSON that is safe on a terminal.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use crate::escape::is_harmful;

/// Writes a value as compact JSON. Characters that could control a terminal become `\u` escapes,
/// which any parser restores.
///
/// # Errors
///
/// Returns an error if `out` can't be written.
pub fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Harmless(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Returns the same as a text.
///
/// # Panics
///
/// Panics if the value has a map whose keys aren't texts, which JSON lacks.
pub fn text(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    write(&mut text, value).expect("it can be JSON, and a Vec takes everything");
    String::from_utf8(text).expect("JSON is a text")
}

/// A character as an escape of JSON: `\u001b`. All harmful ones have four digits.
#[derive(Clone, Copy, Debug)]
pub struct Escaped(pub char);

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\\u{:04x}", u32::from(self.0))
    }
}

/// Escapes in strings what JSON itself allows.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_harmful) {
            let (plain, harmful) = rest.split_at(at);
            self.0.write_string_fragment(writer, plain)?;
            let character = harmful.chars().next().unwrap_or_default();
            write!(writer, "{}", Escaped(character))?;
            rest = &harmful[character.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmful_characters_are_escaped_and_come_back() {
        let harmful = "\x1b[2J\u{9b}é\u{202e}\x7f\"\\";
        let written = text(&harmful);
        assert!(!written.contains(is_harmful), "{written}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), harmful);
    }
}
