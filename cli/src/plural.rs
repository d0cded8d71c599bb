//! Nouns after numbers: `1 file`, `2 files`.

use std::borrow::Cow;
use std::fmt::Display;

/// A number and what it counts, which is given in the plural.
pub fn counted(number: impl Display, plural: &str) -> String {
    let number = number.to_string();
    let noun = noun(number == "1", plural);
    format!("{number} {noun}")
}

/// A noun in the singular or the plural; of several words the first.
///
/// What isn't clearly an English plural stays as it is: `ms`, `celsius`.
pub fn noun(is_one: bool, plural: &str) -> Cow<'_, str> {
    let (word, rest) = plural.split_at(plural.find(' ').unwrap_or(plural.len()));
    if !is_one {
        return plural.into();
    }
    let singular = match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 => format!("{stem}y"),
        _ => without_ending(word).to_owned(),
    };
    (singular + rest).into()
}

fn without_ending(word: &str) -> &str {
    const HISSING: [&str; 5] = ["sses", "xes", "zzes", "ches", "shes"];
    const SINGULAR: [&str; 3] = ["ss", "us", "is"];
    if HISSING.iter().any(|end| word.ends_with(end)) {
        return &word[..word.len() - 2];
    }
    let is_plural = word.chars().count() > 2 && !SINGULAR.iter().any(|end| word.ends_with(end));
    word.strip_suffix('s').filter(|_| is_plural).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_no_plural() {
        for (plural, singular) in [
            ("pages", "page"),
            ("entries", "entry"),
            ("misses", "miss"),
            ("boxes", "box"),
            ("batches", "batch"),
            ("bytes per second", "byte per second"),
            ("messages refused", "message refused"),
            ("ties", "tie"),
            ("celsius", "celsius"),
            ("ms", "ms"),
            ("µs", "µs"),
            ("s", "s"),
            ("", ""),
            ("%", "%"),
            ("äs", "äs"),
        ] {
            assert_eq!((noun(true, plural), noun(false, plural)), (singular.into(), plural.into()));
        }
        let texts = [0, 1, 2, 11].map(|number| counted(number, "files"));
        assert_eq!(texts, ["0 files", "1 file", "2 files", "11 files"]);
    }
}
