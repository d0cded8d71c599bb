//! Makes text from files, file names and clients harmless to a terminal.
//!
//! Anybody can write them. They reach a terminal only after control characters, with which escape
//! sequences begin, and controls of the text direction are replaced by their names: `\x1b`,
//! `\u{202e}`.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

use crate::locale;

/// Whether a character could control a terminal or hide what a text says.
pub const fn is_harmful(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // directions of text
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // line and paragraph separators, the byte order mark
        | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A text for people: every harmful character is replaced by an escape, and in a locale without
/// UTF-8 everything that isn't ASCII by the nearest character, or by an escape.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_in(text, locale::is_ascii())
}

/// A text for programs, such as a cell of CSV: only harmful characters are replaced.
pub fn escape_data(text: &str) -> Cow<'_, str> {
    escape_in(text, false)
}

fn escape_in(text: &str, ascii: bool) -> Cow<'_, str> {
    if is_plain(text) || !text.contains(|it: char| is_harmful(it) || (ascii && !it.is_ascii())) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            _ if !ascii => push_escaped(&mut escaped, character),
            // The micro sign and the Greek letter, as in a unit.
            'µ' | 'μ' => escaped.push('u'),
            '…' => escaped.push_str("..."),
            '–' | '—' => escaped.push('-'),
            '→' => escaped.push_str("->"),
            _ if character.is_ascii() => push_escaped(&mut escaped, character),
            _ => escaped.extend(character.escape_unicode()),
        }
    }
    Cow::Owned(escaped)
}

/// A path for a message or a table, escaped; what isn't UTF-8 is replaced.
pub fn escape_path(path: &Path) -> Cow<'_, str> {
    escape_path_with(path, escape)
}

/// A path for programs, without harmful characters; what isn't UTF-8 is replaced.
pub fn escape_path_data(path: &Path) -> Cow<'_, str> {
    escape_path_with(path, escape_data)
}

fn escape_path_with(path: &Path, escape: fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match path.to_string_lossy() {
        Cow::Borrowed(text) => escape(text),
        Cow::Owned(text) => Cow::Owned(escape(&text).into_owned()),
    }
}

/// Printable ASCII only, as nearly every label is; checked by bytes, which is fast.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn push_escaped(text: &mut String, character: char) {
    let written = match character {
        '\n' => text.write_str("\\n"),
        '\r' => text.write_str("\\r"),
        '\t' => text.write_str("\\t"),
        '\0'..='\x1f' | '\x7f' => write!(text, "\\x{:02x}", u32::from(character)),
        _ if is_harmful(character) => write!(text, "\\u{{{:x}}}", u32::from(character)),
        _ => text.write_char(character),
    };
    debug_assert!(written.is_ok(), "writing to a String doesn't fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        for text in ["", "web.stats.status.2XX", "grüße ☃", "a\\b"] {
            assert!(matches!(escape_data(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_controls_a_terminal_is_named() {
        for (text, expected) in [
            ("\x1b[2Jx", "\\x1b[2Jx"),
            ("a\nb\r\t\0", "a\\nb\\r\\t\\x00"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\x7f", "\\x7f"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("é\u{2066}é", "é\\u{2066}é"),
        ] {
            assert_eq!(escape_data(text), expected);
        }
    }

    #[test]
    fn without_utf_8_a_text_is_ascii() {
        for (text, expected) in [
            ("4.01 µs", "4.01 us"),
            ("a… – b → c", "a... - b -> c"),
            ("grüße\n", "gr\\u{fc}\\u{df}e\\n"),
            ("\u{202e}x", "\\u{202e}x"),
            ("plain", "plain"),
        ] {
            assert_eq!(escape_in(text, true), expected);
        }
    }

    #[test]
    fn no_escape_leaves_anything_harmful() {
        let all: String = (char::MIN..=char::MAX).collect();
        assert!(!escape_data(&all).contains(is_harmful));
    }
}
