//! Minifies JSON.

use std::fmt::Write;
use std::str::Chars;

use mmstats_cli::escape::is_harmful;
use mmstats_cli::json::Escaped;

/// Valid JSON without white space, on one line. Numbers stay verbatim; characters that could control
/// a terminal become `\u` escapes. `None` if arrays and objects are nested deeper than `limit`.
pub fn minify(json: &str, limit: usize) -> Option<String> {
    let mut output = String::with_capacity(json.len());
    let mut depth = 0;
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\n' | '\r' | '\t' => continue,
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth > limit {
            return None;
        }
        output.push(character);
        if character == '"' {
            push_string(&mut output, &mut characters);
        }
    }
    Some(output)
}

/// Copies a string up to and including the closing quote.
fn push_string(output: &mut String, characters: &mut Chars<'_>) {
    while let Some(character) = characters.next() {
        if is_harmful(character) {
            let escaped = write!(output, "{}", Escaped(character));
            debug_assert!(escaped.is_ok(), "writing to a String doesn't fail");
            continue;
        }
        output.push(character);
        match character {
            '\\' => output.extend(characters.next()),
            '"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_stays_the_same() {
        for (json, expected) in [
            ("1.50e+3", "1.50e+3"),
            (" { \"a b\" :\n[ 1 ,\t\"x  \\\" y\" ] } ", "{\"a b\":[1,\"x  \\\" y\"]}"),
            ("\"\\\\\"", "\"\\\\\""),
            ("\"é\u{7f}\u{202e}🦀\"", "\"é\\u007f\\u202e🦀\""),
        ] {
            assert_eq!(minify(json, 9).as_deref(), Some(expected), "{json}");
            let value = |json| serde_json::from_str::<serde_json::Value>(json).unwrap();
            assert_eq!(value(json), value(expected), "{json}");
        }
    }

    #[test]
    fn only_brackets_outside_strings_count() {
        for (json, depth) in [
            ("1", 0),
            ("[]", 1),
            (r#"[{"a":[1]},[2]]"#, 3),
            (r#""[[[""#, 0),
            (r#"["\"[[","\\",{}]"#, 2),
        ] {
            assert!(minify(json, depth).is_some(), "{json}");
            assert!(depth == 0 || minify(json, depth - 1).is_none(), "{json}");
        }
    }
}
