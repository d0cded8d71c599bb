//! The names that metrics get.

use super::*;

#[track_caller]
fn assert_names(table: &[(&str, MetricType, &str, &str)]) {
    let mut names = Names::reserving(&["one_reserved"]);
    for &(label, kind, unit, expected) in table {
        let metric = Metric { raw_name: label.into(), kind, unit: unit.into() };
        let name = names.of(&metric);
        assert_eq!(name.text, expected, "{metric:?}");
        assert_eq!(name.is_escaped, expected.starts_with("U__"));
    }
    for &(label, kind, unit, expected) in table.iter().rev() {
        let metric = Metric { raw_name: label.into(), kind, unit: unit.into() };
        assert_eq!(names.of(&metric).text, expected, "the second time");
    }
}

#[test]
fn names_are_plain_where_they_can_be() {
    assert_names(&[
        ("web.stats.status.2XX", MetricType::Gauge, "", "web_stats_status_2XX"),
        ("web:hits", MetricType::Gauge, "", "web:hits"),
        ("2XX", MetricType::Gauge, "", "_2XX"),
        ("größe", MetricType::Gauge, "", "gr__e"),
        ("", MetricType::Gauge, "", "_"),
        ("one.reserved", MetricType::Gauge, "", "U__one_2e_reserved"),
    ]);
}

#[test]
fn units_and_suffixes_come_once() {
    assert_names(&[
        ("render", MetricType::Summary, "seconds", "render_seconds"),
        ("work.seconds", MetricType::Summary, "seconds", "work_seconds"),
        ("milliseconds", MetricType::Gauge, "seconds", "milliseconds_seconds"),
        ("bytes", MetricType::Gauge, "bytes", "bytes"),
        ("hits", MetricType::Counter, "requests", "hits_requests"),
        ("misses.total", MetricType::Counter, "", "misses"),
        ("read_total", MetricType::Counter, "bytes", "read_bytes"),
        ("total", MetricType::Counter, "", "total"),
        ("subtotal", MetricType::Counter, "", "subtotal"),
        ("build.info", MetricType::Info, "", "build"),
        ("sum.total", MetricType::Gauge, "", "sum_total"),
        ("load", MetricType::Gauge, "%", "load"),
        ("wait", MetricType::Gauge, "µs", "wait"),
    ]);
}

#[test]
fn no_two_metrics_share_a_name() {
    assert_names(&[
        ("a.b", MetricType::Counter, "", "a_b"),
        ("a_b", MetricType::Counter, "", "U__a__b"),
        ("a-b", MetricType::Counter, "", "U__a_2d_b"),
        ("a.b", MetricType::Gauge, "", "U__a_2e_b"),
        ("a.b.total", MetricType::Counter, "", "U__a_2e_b_2e_total"),
        ("a-b", MetricType::Histogram, "", "U__a_2d_b_2"),
        ("time", MetricType::Summary, "", "time"),
        ("time.count", MetricType::Gauge, "", "U__time_2e_count"),
        ("time.rate", MetricType::Gauge, "", "time_rate"),
        ("wait.seconds", MetricType::Summary, "", "wait_seconds"),
        ("wait", MetricType::Summary, "seconds", "U__wait__seconds"),
    ]);
}

fn gauge(label: &str, unit: &str) -> Metric {
    Metric { raw_name: label.into(), kind: MetricType::Gauge, unit: unit.into() }
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
    assert!(names.taken.is_empty());
}
