//! Metric names from labels: a label may have any character, a metric name few.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::families::Metric;
use super::sample::Type;

/// Hands out metric names, each once, and to a metric always the same.
#[derive(Debug, Default)]
pub struct Names {
    given: BTreeMap<Metric, Name>,
    taken: BTreeSet<String>,
}

/// A metric's name.
#[derive(Debug)]
pub struct Name {
    /// Without what counters and infos have behind it.
    pub text: String,
    /// Whether the label couldn't give its plain name, as another one had it already.
    pub is_escaped: bool,
}

impl Names {
    /// The name of a metric.
    ///
    /// `web.hits` is `web_hits`, and `web.render`, in seconds, `web_render_seconds`. Where another
    /// stat has that name already (`web_hits` is a label, too) it is `U__web_2e_hits`, the escaping
    /// that Prometheus itself has for names of any character, under which no two labels are the
    /// same.
    pub fn of(&mut self, metric: &Metric) -> &Name {
        if !self.given.contains_key(metric) {
            let name = self.choose(metric);
            let suffixes = metric.kind.suffixes().iter();
            self.taken.extend(suffixes.map(|suffix| format!("{}{suffix}", name.text)));
            self.given.insert(metric.clone(), name);
        }
        &self.given[metric]
    }

    fn choose(&self, metric: &Metric) -> Name {
        let suffixes = metric.kind.suffixes();
        let is_free = |name: &str| {
            suffixes.iter().all(|suffix| !self.taken.contains(&format!("{name}{suffix}")))
        };
        let label = &metric.label;
        let text = plain(&with_unit(without_suffix(label, metric.kind), metric));
        if is_free(&text) {
            return Name { text, is_escaped: false };
        }
        let escaped = escaped(&with_unit(label, metric));
        // One label may be of several types, in files of several programs.
        let numbered = (2..).map(|number| format!("{escaped}_{number}"));
        let text = std::iter::once(escaped.clone()).chain(numbered).find(|name| is_free(name));
        Name { text: text.unwrap_or_default(), is_escaped: true }
    }
}

/// The label without what comes behind the metric's name anyway: `hits.total` of a counter.
fn without_suffix(label: &str, kind: Type) -> &str {
    let Some(suffix) = kind.suffix().strip_prefix('_') else {
        return label;
    };
    match label.strip_suffix(suffix).and_then(|rest| rest.strip_suffix(['.', '_'])) {
        None | Some("") => label,
        Some(rest) => rest,
    }
}

/// The label with the unit behind it, where it hasn't and a name can have it.
fn with_unit(label: &str, metric: &Metric) -> String {
    let Some(unit) = metric.unit_of_name() else {
        return label.to_owned();
    };
    match plain(label).strip_suffix(unit) {
        Some(rest) if rest.is_empty() || rest.ends_with('_') => label.to_owned(),
        _ => format!("{label}_{unit}"),
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

    #[track_caller]
    fn assert_names(table: &[(&str, Type, &str, &str)]) {
        let mut names = Names::default();
        for &(label, kind, unit, expected) in table {
            let metric = Metric { label: label.into(), kind, unit: unit.into() };
            let name = names.of(&metric);
            assert_eq!(name.text, expected, "{metric:?}");
            assert_eq!(name.is_escaped, expected.starts_with("U__"));
        }
        for &(label, kind, unit, expected) in table.iter().rev() {
            let metric = Metric { label: label.into(), kind, unit: unit.into() };
            assert_eq!(names.of(&metric).text, expected, "the second time");
        }
    }

    #[test]
    fn names_are_plain_where_they_can_be() {
        assert_names(&[
            ("web.stats.status.2XX", Type::Gauge, "", "web_stats_status_2XX"),
            ("web:hits", Type::Gauge, "", "web:hits"),
            ("2XX", Type::Gauge, "", "_2XX"),
            ("größe", Type::Gauge, "", "gr__e"),
            ("", Type::Gauge, "", "_"),
        ]);
    }

    #[test]
    fn units_and_suffixes_come_once() {
        assert_names(&[
            ("render", Type::Summary, "seconds", "render_seconds"),
            ("work.seconds", Type::Summary, "seconds", "work_seconds"),
            ("milliseconds", Type::Gauge, "seconds", "milliseconds_seconds"),
            ("bytes", Type::Gauge, "bytes", "bytes"),
            ("hits", Type::Counter, "requests", "hits_requests"),
            ("misses.total", Type::Counter, "", "misses"),
            ("read_total", Type::Counter, "bytes", "read_bytes"),
            ("total", Type::Counter, "", "total"),
            ("subtotal", Type::Counter, "", "subtotal"),
            ("build.info", Type::Info, "", "build"),
            ("sum.total", Type::Gauge, "", "sum_total"),
            ("load", Type::Gauge, "%", "load"),
            ("wait", Type::Gauge, "µs", "wait"),
        ]);
    }

    #[test]
    fn no_two_metrics_share_a_name() {
        assert_names(&[
            ("a.b", Type::Counter, "", "a_b"),
            ("a_b", Type::Counter, "", "U__a__b"),
            ("a-b", Type::Counter, "", "U__a_2d_b"),
            ("a.b", Type::Gauge, "", "U__a_2e_b"),
            ("a.b.total", Type::Counter, "", "U__a_2e_b_2e_total"),
            ("a-b", Type::Histogram, "", "U__a_2d_b_2"),
            ("time", Type::Summary, "", "time"),
            ("time.count", Type::Gauge, "", "U__time_2e_count"),
            ("time.rate", Type::Gauge, "", "time_rate"),
            ("wait.seconds", Type::Summary, "", "wait_seconds"),
            ("wait", Type::Summary, "seconds", "U__wait__seconds"),
        ]);
    }
}
