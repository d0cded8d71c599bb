//! Metric names from raw names: these may have any character, a metric name few.

use std::fmt::Write;

use crate::metric::Metric;
use crate::sample::MetricType;
use crate::unit::without_other_unit;

/// The raw name without what follows the metric's name anyway: `hits.total` of a counter.
pub fn without_suffix(raw_name: &str, kind: MetricType) -> &str {
    let Some(suffix) = kind.suffix().strip_prefix('_') else {
        return raw_name;
    };
    match raw_name.strip_suffix(suffix).and_then(|rest| rest.strip_suffix(['.', '_'])) {
        None | Some("") => raw_name,
        Some(rest) => rest,
    }
}

/// The raw name with the unit appended, unless it has it already or a name can't have it.
pub fn with_unit(raw_name: &str, metric: &Metric) -> String {
    let Some(unit) = metric.unit_in_name() else {
        return raw_name.to_owned();
    };
    match plain(raw_name).strip_suffix(unit) {
        Some(rest) if rest.is_empty() || rest.ends_with('_') => raw_name.to_owned(),
        _ => format!("{}_{unit}", without_other_unit(raw_name, unit)),
    }
}

/// Replaces every other character by an underscore.
pub fn plain(raw_name: &str) -> String {
    let mut name = String::with_capacity(raw_name.len() + 1);
    if !raw_name.starts_with(|first: char| first.is_ascii_alphabetic() || "_:".contains(first)) {
        name.push('_');
    }
    name.extend(raw_name.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ':' => character,
        _ => '_',
    }));
    name
}

/// Prometheus' "values" escaping: `_` doubled, everything else by its code point in hex.
pub fn escaped(raw_name: &str) -> String {
    let mut name = String::new();
    push_escaped(&mut name, raw_name, |it| it.is_ascii_alphanumeric() || it == ':');
    name
}

/// Appends that; characters for which `is_kept` holds stay.
pub fn push_escaped(out: &mut String, raw_name: &str, is_kept: impl Fn(char) -> bool) {
    out.push_str("U__");
    for character in raw_name.chars() {
        match character {
            '_' => out.push_str("__"),
            _ if is_kept(character) => out.push(character),
            _ => write!(out, "_{:x}_", u32::from(character)).expect("a String takes everything"),
        }
    }
}
