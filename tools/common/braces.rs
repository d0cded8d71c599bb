//! Arguments that have labels in them: what stands within braces isn't split.

use std::str::FromStr;

/// A list with commas between its items, as an argument. A comma within braces is a part of its item.
#[derive(Clone, Debug)]
pub struct CommaList<T>(pub Vec<T>);

impl<T: FromStr> FromStr for CommaList<T> {
    type Err = T::Err;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        Ok(Self(split(list, b',').map(str::parse).collect::<Result<_, _>>()?))
    }
}

/// The parts of a list. A separator within braces is a part of a label, such as
/// `requests{method="GET",status="200"}`; braces that aren't closed are plain characters.
///
/// The separator is an ASCII character other than `{`.
pub fn split(list: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let text = rest?;
        let (part, behind) = match split_once(text, separator) {
            Some((part, behind)) => (part, Some(behind)),
            None => (text, None),
        };
        rest = behind;
        Some(part)
    })
}

/// What stands before and behind the first separator that isn't within braces.
pub fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = find(text, separator)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Where a character that isn't within braces comes first.
pub fn find(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            byte if byte == wanted => return Some(at),
            b'{' => at += size(&bytes[at..]).unwrap_or(1),
            _ => at += 1,
        }
    }
    None
}

/// The size of the braces that a text begins with, and what is within them; `None` if they aren't
/// closed. A brace within quotes closes nothing, and a quote behind a backslash doesn't end quotes.
fn size(text: &[u8]) -> Option<usize> {
    let mut is_quoted = false;
    let mut bytes = text.iter().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => _ = bytes.next(),
            b'}' if !is_quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_outside_braces() {
        for (list, parts) in [
            ("", &[""][..]),
            ("a,b,", &["a", "b", ""]),
            (r#"r{a="x,}y"},b"#, &[r#"r{a="x,}y"}"#, "b"]),
            (r#"r{a="\",}\\",b="1"},c{d="ü"}"#, &[r#"r{a="\",}\\",b="1"}"#, r#"c{d="ü"}"#]),
            (r#"{"odd{,name",key="v"},b"#, &[r#"{"odd{,name",key="v"}"#, "b"]),
            // Not closed.
            ("a{b,c", &["a{b", "c"]),
            (r#"a{b="},c"#, &[r#"a{b="}"#, "c"]),
            ("a{b,c{d,e},f", &["a{b,c{d,e}", "f"]),
            (r#"a{b,"c{d,e}"#, &["a{b", r#""c{d,e}"#]),
            ("a},b", &["a}", "b"]),
        ] {
            assert_eq!(split(list, b',').collect::<Vec<_>>(), parts, "{list}");
        }
    }

    #[test]
    fn what_is_within_braces_is_not_found() {
        for (text, at) in [
            (r#"r{a="1"}=7"#, Some(8)),
            (r#"r{a="1"}"#, None),
            (r#"r{a="1""#, Some(3)),
            ("ü=7", Some(2)),
        ] {
            assert_eq!(find(text, b'='), at, "{text}");
        }
        assert_eq!(split_once(r#"r{a="1"}=7=8"#, b'='), Some((r#"r{a="1"}"#, "7=8")));
    }
}
