//! Which dimensions a sum keeps: `--by status,method`.

use std::borrow::Cow;
use std::str::FromStr;

use mmstats::Series;

/// Which dimensions a sum keeps: series that differ only in others are added up.
///
/// As an argument: keys with commas between them, none of them in an empty argument. A key with a
/// comma, or with blanks around it, is in quotes, as labels have it: `"a,b",status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// In the order in which they were given.
    keys: Vec<String>,
}

impl FromStr for Grouping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut keys: Vec<String> = Vec::new();
        let mut rest = Some(text.trim()).filter(|text| !text.is_empty());
        while let Some(text) = rest {
            let key;
            (key, rest) = take_key(text)?;
            if key.is_empty() {
                return Err("a key is empty; '' alone adds up over all dimensions".to_owned());
            }
            if keys.contains(&key) {
                return Err(format!("the key {key} is given twice"));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }
}

impl Grouping {
    /// The keys, in the order in which they were given.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The group of a series: its name, and those of its dimensions that are kept.
    #[must_use]
    pub fn series_of<'a>(&self, mut series: Series<'a>) -> Series<'a> {
        series.retain(|key| self.keeps(key));
        series
    }

    /// The label of the group in which a label is. No work for a label without dimensions.
    pub fn label_of<'a>(&self, label: &'a [u8]) -> Cow<'a, [u8]> {
        if !label.ends_with(b"}") {
            return Cow::Borrowed(label);
        }
        let Ok(text) = str::from_utf8(label) else {
            return Cow::Borrowed(label);
        };
        let series = Series::parse(text);
        if series.dimensions().all(|(key, _)| self.keeps(key)) {
            return Cow::Borrowed(label);
        }
        Cow::Owned(self.series_of(series).compose().into_bytes())
    }

    fn keeps(&self, key: &str) -> bool {
        self.keys.iter().any(|kept| kept == key)
    }
}

/// Takes the first key of a list, and gives what follows its comma.
fn take_key(list: &str) -> Result<(String, Option<&str>), String> {
    let list = list.trim_start();
    let Some(mut quoted) = list.strip_prefix('"') else {
        return Ok(match list.split_once(',') {
            Some((key, rest)) => (key.trim_end().to_owned(), Some(rest)),
            None => (list.trim_end().to_owned(), None),
        });
    };
    let mut key = String::new();
    loop {
        let end = quoted.find(['"', '\\']).ok_or("a quote is missing")?;
        key.push_str(&quoted[..end]);
        let is_end = quoted[end..].starts_with('"');
        quoted = &quoted[end + 1..];
        if is_end {
            break;
        }
        key.push(match quoted.chars().next() {
            Some('n') => '\n',
            Some(escaped @ ('"' | '\\')) => escaped,
            _ => return Err("a backslash in quotes must be before \", \\ or n".to_owned()),
        });
        quoted = &quoted[1..];
    }
    let rest = quoted.trim_start();
    match rest.strip_prefix(',') {
        None if rest.is_empty() => Ok((key, None)),
        None => Err(format!("expected a comma behind the key {key}")),
        rest => Ok((key, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_a_list() {
        for (text, keys) in [
            ("", &[][..]),
            (" ", &[]),
            ("status", &["status"]),
            ("status, method ,my-key", &["status", "method", "my-key"]),
            (r#" "a,b" ,"c\"\\\n ", d"#, &["a,b", "c\"\\\n ", "d"]),
        ] {
            let parsed: Grouping = text.parse().unwrap();
            assert_eq!(parsed.keys(), keys, "{text}");
        }
        for (text, reason) in [
            (",", "empty"),
            ("a,", "empty"),
            ("a,,b", "empty"),
            (r#""""#, "empty"),
            ("a,b,a", "the key a is given twice"),
            (r#"a,"a""#, "twice"),
            (r#""a"#, "quote"),
            (r#""a\"#, "backslash"),
            (r#""a\ä""#, "backslash"),
            (r#""a"b"#, "comma"),
        ] {
            let error = text.parse::<Grouping>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_group_has_the_dimensions_that_are_kept() {
        let grouping: Grouping = "b,d".parse().unwrap();
        for (label, group) in [
            (r#"r{a="1",b="2",c="3"}"#, r#"r{b="2"}"#),
            (r#"r{a="1"}"#, "r"),
            (r#"r{b="2",d="4"}"#, r#"r{b="2",d="4"}"#),
            // Plain names, some of which don't look like one.
            ("r", "r"),
            ("r}", "r}"),
            (r#"r{b="2",a="1"}"#, r#"r{b="2",a="1"}"#),
            (r#"{"a{b=\"c\"}"}"#, r#"{"a{b=\"c\"}"}"#),
            // Without its dimensions the name would be taken for another series.
            (r#"{"a{b=\"c\"}",x="1"}"#, r#"{"a{b=\"c\"}"}"#),
            (r#"{"odd{name",x="1"}"#, "odd{name"),
        ] {
            assert_eq!(grouping.label_of(label.as_bytes()), group.as_bytes(), "{label}");
            let series = grouping.series_of(Series::parse(label));
            assert_eq!(series.compose(), group, "{label}");
        }
        let broken = b"r{a=\"\xff\"}";
        assert_eq!(*grouping.label_of(broken), *broken);
    }
}
