//! Metric names from labels: a label may have any character, a metric name few.

use std::fmt::Write;

use super::base::without_other_unit;
use super::families::Metric;
use super::sample::Type;

/// The label without what comes behind the metric's name anyway: `hits.total` of a counter.
pub fn without_suffix(label: &str, kind: Type) -> &str {
    let Some(suffix) = kind.suffix().strip_prefix('_') else {
        return label;
    };
    match label.strip_suffix(suffix).and_then(|rest| rest.strip_suffix(['.', '_'])) {
        None | Some("") => label,
        Some(rest) => rest,
    }
}

/// The label with the unit behind it, where it hasn't and a name can have it.
pub fn with_unit(label: &str, metric: &Metric) -> String {
    let Some(unit) = metric.unit_of_name() else {
        return label.to_owned();
    };
    match plain(label).strip_suffix(unit) {
        Some(rest) if rest.is_empty() || rest.ends_with('_') => label.to_owned(),
        _ => format!("{}_{unit}", without_other_unit(label, unit)),
    }
}

/// Everything else is an underscore.
pub fn plain(label: &str) -> String {
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
pub fn escaped(label: &str) -> String {
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
