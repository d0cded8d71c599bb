//! Metric names: each is given once, and a metric keeps its name.

use std::collections::{HashMap, HashSet};

use super::families::Metric;
use super::sample::Type;
use super::spelling::{escaped, plain, with_unit, without_suffix};
use crate::common::oldest::beyond;

/// How many bytes of memory are spent, about, on metrics that have no sample any more.
const REMEMBERED: usize = 4 << 20;

/// Whether a process is alive.
pub const UP: &str = "mmstats_up";
/// How many stats files there are.
pub const FILES: &str = "mmstats_files";
/// How old the values are.
pub const AGE: &str = "mmstats_scrape_age_seconds";
/// How many metrics had no room.
pub const LEFT_OUT: &str = "mmstats_metrics_left_out";

/// What is told of the exposition itself: no stat gets these names.
const OWN: [&str; 4] = [UP, FILES, AGE, LEFT_OUT];

/// Hands out metric names, each once, and to a metric always the same as long as it is
/// remembered: while it has samples, and then until 4 MiB are full of later ones.
#[derive(Debug)]
pub struct Names {
    given: HashMap<Metric, Name>,
    taken: HashSet<String>,
    /// For each name that several metrics want, the number that was tried last.
    numbers: HashMap<String, u64>,
    /// How many expositions were written.
    round: u64,
}

/// A metric's name.
#[derive(Debug)]
pub struct Name {
    /// Without what counters and infos have behind it.
    pub text: String,
    /// Whether the label couldn't give its plain name, as another one had it already.
    pub is_escaped: bool,
    /// The last exposition that had samples of it.
    round: u64,
}

impl Name {
    /// The name of what no stat is.
    pub fn own(name: &str) -> Self {
        Self { text: name.to_owned(), is_escaped: false, round: 0 }
    }
}

impl Default for Names {
    fn default() -> Self {
        let taken = OWN.map(str::to_owned).into();
        Self { given: HashMap::new(), taken, numbers: HashMap::new(), round: 0 }
    }
}

impl Names {
    /// The name of a metric.
    ///
    /// `web.hits` is `web_hits`, and `web.render`, in seconds, `web_render_seconds`. Where another
    /// stat has that name already (`web_hits` is a label, too) it is `U__web_2e_hits`, the escaping
    /// that Prometheus itself has for names of any character, under which no two labels are the
    /// same.
    #[allow(clippy::missing_panics_doc, reason = "what was just inserted is found")]
    pub fn of(&mut self, metric: &Metric) -> &Name {
        if !self.given.contains_key(metric) {
            let name = self.choose(metric);
            self.taken.extend(samples(&name.text, metric.kind));
            self.given.insert(metric.clone(), name);
        }
        let name = self.given.get_mut(metric).expect("it has just been given");
        name.round = self.round;
        name
    }

    /// Ends an exposition: forgets metrics that had no sample in it, those first whose last sample
    /// is the longest ago, as far as they take more than 4 MiB.
    pub fn end_round(&mut self) {
        self.end_round_within(REMEMBERED);
    }

    /// Forgets a metric, whose name another one may get then.
    pub fn forget(&mut self, metric: &Metric) {
        if let Some(name) = self.given.remove(metric) {
            samples(&name.text, metric.kind).for_each(|name| _ = self.taken.remove(&name));
        }
    }

    fn end_round_within(&mut self, limit: usize) {
        let round = self.round;
        self.round += 1;
        let idle = self.given.iter().filter(|(_, name)| name.round < round);
        let idle = idle.map(|(metric, name)| (name.round, weight(metric, name), metric)).collect();
        let forgotten: Vec<Metric> = beyond(limit, idle).into_iter().cloned().collect();
        if forgotten.is_empty() {
            return;
        }
        for metric in &forgotten {
            self.forget(metric);
        }
        self.given.shrink_to_fit();
        self.taken.shrink_to_fit();
        // Numbers that are still taken are passed over once more.
        self.numbers = HashMap::new();
    }

    fn choose(&mut self, metric: &Metric) -> Name {
        let round = self.round;
        let text = plain(&with_unit(without_suffix(&metric.label, metric.kind), metric));
        if self.is_free(&text, metric.kind) {
            return Name { text, is_escaped: false, round };
        }
        let escaped = escaped(&with_unit(&metric.label, metric));
        if self.is_free(&escaped, metric.kind) {
            return Name { text: escaped, is_escaped: true, round };
        }
        // One label may be of several types or units, in files of several programs. Each number is
        // tried once, so that many such metrics don't take quadratic time.
        let mut number = self.numbers.get(&escaped).copied().unwrap_or(1);
        let text = loop {
            number += 1;
            let text = format!("{escaped}_{number}");
            if self.is_free(&text, metric.kind) {
                break text;
            }
        };
        self.numbers.insert(escaped, number);
        Name { text, is_escaped: true, round }
    }

    fn is_free(&self, name: &str, kind: Type) -> bool {
        samples(name, kind).all(|name| !self.taken.contains(&name))
    }
}

/// Every name that a metric takes for itself.
fn samples(name: &str, kind: Type) -> impl Iterator<Item = String> {
    kind.suffixes().iter().map(move |suffix| format!("{name}{suffix}"))
}

/// How many bytes of memory a metric's name takes, about.
fn weight(metric: &Metric, name: &Name) -> usize {
    /// Of an entry in a table, with what an allocation adds.
    const ENTRY: usize = 64;
    let names = metric.kind.suffixes().len() + 1;
    2 * ENTRY + metric.label.len() + metric.unit.len() + names * (name.text.len() + ENTRY)
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
            ("mmstats.up", Type::Gauge, "", "U__mmstats_2e_up"),
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

    fn gauge(label: &str, unit: &str) -> Metric {
        Metric { label: label.into(), kind: Type::Gauge, unit: unit.into() }
    }

    /// Each searched for its number from the first one on, which took minutes.
    #[test]
    fn metrics_that_want_one_name_are_numbered_on() {
        let mut names = Names::default();
        for number in 0..20_000 {
            let expected = match number {
                0 => "a".to_owned(),
                1 => "U__a".to_owned(),
                _ => format!("U__a_{number}"),
            };
            assert_eq!(names.of(&gauge("a", &format!("µ{number}"))).text, expected);
        }
    }

    #[test]
    fn a_number_that_a_label_has_taken_is_passed_over() {
        let mut names = Names::default();
        let labels = ["U__a_2", "U__a_3", "a"].map(|label| gauge(label, ""));
        for metric in &labels {
            names.of(metric);
        }
        assert_eq!(names.of(&gauge("a", "µ1")).text, "U__a");
        assert_eq!(names.of(&gauge("a", "µ2")).text, "U__a_4");
    }

    #[test]
    fn metrics_without_samples_are_forgotten_the_oldest_first() {
        let mut names = Names::default();
        let [old, new, living] = ["a.b", "a_b", "c"].map(|label| gauge(label, ""));
        let name = |names: &mut Names, metric: &Metric| names.of(metric).text.clone();
        let limit = 2 * weight(&new, names.of(&new)) + 50;
        let mut names = Names::default();
        assert_eq!(name(&mut names, &old), "a_b");
        names.end_round_within(limit);
        assert_eq!(name(&mut names, &new), "U__a__b");
        name(&mut names, &living);
        names.end_round_within(limit);
        // Both fit, so they keep their names, in whatever order they come back.
        name(&mut names, &living);
        names.end_round_within(limit);
        assert_eq!(names.given.len(), 3);
        // Only one does.
        name(&mut names, &living);
        names.end_round_within(limit / 2);
        assert_eq!(names.given.len(), 2);
        assert_eq!(name(&mut names, &new), "U__a__b");
        assert_eq!(name(&mut names, &old), "a_b");
        names.end_round_within(0);
        names.end_round_within(0);
        assert!(names.given.is_empty() && names.numbers.is_empty());
        assert_eq!(names.taken.len(), OWN.len());
    }
}
