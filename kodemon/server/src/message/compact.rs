//! JSON without what needn't be in it.

use std::fmt::Write;
use std::str::Chars;

use mmstats_cli::escape::is_harmful;

/// A text that is JSON, on one line, numbers as they stand; what would drive a terminal becomes
/// `\u` escapes. `None` where lists and objects stand deeper within each other than that.
pub fn compact(json: &str, deepest: usize) -> Option<String> {
    let mut compact = String::with_capacity(json.len());
    let mut depth = 0;
    let mut characters = json.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\n' | '\r' | '\t' => continue,
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth > deepest {
            return None;
        }
        compact.push(character);
        if character == '"' {
            push_string(&mut compact, &mut characters);
        }
    }
    Some(compact)
}

/// Goes behind the closing quote.
fn push_string(compact: &mut String, characters: &mut Chars<'_>) {
    while let Some(character) = characters.next() {
        if is_harmful(character) {
            let escaped = write!(compact, "\\u{:04x}", u32::from(character));
            debug_assert!(escaped.is_ok(), "writing to a String doesn't fail");
            continue;
        }
        compact.push(character);
        match character {
            '\\' => compact.extend(characters.next()),
            '"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_stays_the_same() {
        for (json, expected) in [
            ("1.50e+3", "1.50e+3"),
            (" { \"a b\" :\n[ 1 ,\t\"x  \\\" y\" ] } ", "{\"a b\":[1,\"x  \\\" y\"]}"),
            ("\"\\\\\"", "\"\\\\\""),
            ("\"é\u{7f}\u{202e}🦀\"", "\"é\\u007f\\u202e🦀\""),
        ] {
            assert_eq!(compact(json, 9).as_deref(), Some(expected), "{json}");
            let value = |json| serde_json::from_str::<serde_json::Value>(json).unwrap();
            assert_eq!(value(json), value(expected), "{json}");
        }
    }

    #[test]
    fn brackets_count_outside_strings_only() {
        for (json, depth) in [
            ("1", 0),
            ("[]", 1),
            (r#"[{"a":[1]},[2]]"#, 3),
            (r#""[[[""#, 0),
            (r#"["\"[[","\\",{}]"#, 2),
        ] {
            assert!(compact(json, depth).is_some(), "{json}");
            assert!(depth == 0 || compact(json, depth - 1).is_none(), "{json}");
        }
    }
}
