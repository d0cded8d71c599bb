//! Metric names from labels: a label may have any character, a metric name few.

use std::collections::BTreeSet;
use std::fmt::Write;

/// Hands out metric names, each once.
#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name for a stat whose samples are called by that name with each of `suffixes` behind it.
    ///
    /// `web.hits` is `web_hits`. Where another stat has that name already (`web_hits` is a label,
    /// too) it is `U__web_2e_hits`, the escaping that Prometheus itself has for names of any
    /// character, under which no two labels are the same.
    pub fn take(&mut self, label: &str, suffixes: &[&str]) -> String {
        let escaped = escaped(label);
        // One label may be of several types, in files of several programs.
        let numbered = (2..).map(|number| format!("{escaped}_{number}"));
        let name = [plain(label), escaped.clone()]
            .into_iter()
            .chain(numbered)
            .find(|name| self.is_free(name, suffixes))
            .unwrap_or_default();
        for suffix in suffixes {
            self.taken.insert(format!("{name}{suffix}"));
        }
        name
    }

    fn is_free(&self, name: &str, suffixes: &[&str]) -> bool {
        suffixes.iter().all(|suffix| !self.taken.contains(&format!("{name}{suffix}")))
    }
}

/// Everything else is an underscore.
fn plain(label: &str) -> String {
    let mut name = String::with_capacity(label.len() + 1);
    if !label.starts_with(|first: char| first.is_ascii_alphabetic() || "_:".contains(first)) {
        name.push('_');
    }
    name.extend(label.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ':' => character,
        _ => '_',
    }));
    name
}

/// Prometheus' "values" escaping: `_` doubled, everything else by its code point in hex.
fn escaped(label: &str) -> String {
    let mut name = "U__".to_owned();
    for character in label.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ':' => name.push(character),
            '_' => name.push_str("__"),
            _ => write!(name, "_{:x}_", u32::from(character)).expect("a String takes everything"),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_where_they_can_be() {
        let mut names = Names::default();
        for (label, expected) in [
            ("web.stats.status.2XX", "web_stats_status_2XX"),
            ("web:hits", "web:hits"),
            ("2XX", "_2XX"),
            ("größe", "gr__e"),
            ("", "_"),
        ] {
            assert_eq!(names.take(label, &[""]), expected);
        }
    }

    #[test]
    fn no_two_stats_share_a_name() {
        let mut names = Names::default();
        assert_eq!(names.take("a.b", &["_total"]), "a_b");
        assert_eq!(names.take("a_b", &["_total"]), "U__a__b");
        assert_eq!(names.take("a-b", &["_total"]), "U__a_2d_b");
        assert_eq!(names.take("a-b", &["_total"]), "U__a_2d_b_2");
        assert_eq!(names.take("a.b", &[""]), "a_b", "a_b_total is another name");
        assert_eq!(names.take("time", &["", "_count", "_sum"]), "time");
        assert_eq!(names.take("time.count", &[""]), "U__time_2e_count");
    }
}
