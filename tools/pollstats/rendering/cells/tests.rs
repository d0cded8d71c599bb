//! The cells of a column.

use super::*;

const HOW: CellOptions = how(false, false);
const DELTA: CellOptions = how(true, false);

const fn how(delta: bool, change: bool) -> CellOptions {
    CellOptions { columns: ColumnOptions { delta, change, percentile: 99.0 }, aggregator: None }
}

fn column(kind: ColumnKind, aggregate: Option<Aggregate>) -> Column {
    let (label, title) = ("x".to_owned(), "x".to_owned());
    Column { label, title, id: None, kind: Some(kind), unit: String::new(), aggregate }
}

/// Of files that have one measurement each; half a second passed.
#[expect(clippy::needless_pass_by_value, reason = "each test makes its own")]
fn cells(measurements: Vec<Measurement>, column: Column, options: CellOptions) -> Vec<Cell> {
    let measurements: Vec<_> = measurements.iter().collect();
    super::cells(&measurements, &column, options, Duration::from_millis(500))
}

fn one(aggregator: Aggregator) -> CellOptions {
    CellOptions { aggregator: Some(aggregator), ..HOW }
}

#[test]
fn counters_are_rates_of_the_measured_time_or_exact_differences() {
    let measurements =
        vec![Measurement::Counter(u64::MAX - 8), Measurement::Counter(3), Measurement::Counter(0)];
    let counter = || column(ColumnKind::Counter, Some(Aggregate::Sum));
    let rate = (u64::MAX - 5) as f64 / 0.5;
    assert_eq!(cells(measurements.clone(), counter(), HOW), [float(rate)]);
    let exact = Cell::Value(Value::Unsigned(u64::MAX - 5));
    assert_eq!(cells(measurements.clone(), counter(), DELTA), [exact]);
    assert_eq!(cells(measurements, counter(), one(Aggregator::Min)), [float(0.0)]);
}

#[test]
fn behind_a_gap_nothing_that_is_counted_is_known() {
    let shown = |kind, measurement, how| {
        super::cells(&[&measurement], &column(kind, None), how, Duration::ZERO)
    };
    let total = || Measurement::Total { count: 0, total: 0.0 };
    let part = || Measurement::UpDown { now: 7, new: 0 };
    for how in [HOW, DELTA] {
        assert_eq!(shown(ColumnKind::Counter, Measurement::Counter(0), how), [Cell::Idle]);
        assert_eq!(shown(ColumnKind::Timer, total(), how), [Cell::Idle, Cell::Idle]);
        let is = [Cell::Value(Value::Signed(7))];
        assert_eq!(shown(ColumnKind::UpDownCounter, part(), how), is, "it is known what it is");
    }
    for change in [how(false, true), how(true, true)] {
        assert_eq!(shown(ColumnKind::UpDownCounter, part(), change), [Cell::Idle]);
    }
    let gauge = Measurement::Gauge(Value::Unsigned(3));
    assert_eq!(shown(ColumnKind::Gauge, gauge, HOW), [Cell::Value(Value::Unsigned(3))]);
    let counter = column(ColumnKind::Counter, None);
    assert_eq!(super::cells(&[], &counter, HOW, Duration::ZERO), [Cell::Missing]);
}

#[test]
fn up_down_counters_are_their_sum_or_its_change() {
    let part = |now, new| Measurement::UpDown { now, new };
    // The first wrapped when it exceeded the range.
    let parts = vec![part(i64::MIN + 4, 10), part(-10, -7), Measurement::Absent];
    let shown = |how| cells(parts.clone(), column(ColumnKind::UpDownCounter, None), how);
    let whole = |value| [Cell::Value(Value::Signed(value))];
    assert_eq!(shown(HOW), whole(i64::MAX - 5));
    assert_eq!(shown(one(Aggregator::Max)), whole(i64::MAX - 5), "nothing else means anything");
    assert_eq!(shown(how(true, false)), whole(i64::MAX - 5));
    assert_eq!(shown(how(true, true)), whole(3));
    assert_eq!(shown(how(false, true)), [float(6.0)]);
    let empty = |measurements| cells(measurements, column(ColumnKind::UpDownCounter, None), HOW);
    assert_eq!(empty(vec![Measurement::Absent]), [Cell::Idle]);
    assert_eq!(empty(vec![]), [Cell::Missing]);
    // A program was a gauge's before, and others still are.
    let mixed = || vec![part(5, 5), Measurement::Gauge(Value::Unsigned(3))];
    assert_eq!(empty(mixed()), whole(8));
    let gauges = cells(mixed(), column(ColumnKind::Gauge, Some(Aggregate::Sum)), HOW);
    assert_eq!(gauges, [Cell::Value(Value::Unsigned(8))]);
}

#[test]
fn timers_are_taken_together() {
    let timer = |count, total| Measurement::Total { count, total };
    let both = vec![timer(3, 1.0), timer(1, 1.0)];
    let kind = || column(ColumnKind::Timer, None);
    assert_eq!(cells(both.clone(), kind(), HOW), [float(0.5), float(8.0)]);
    let count = Cell::Value(Value::Unsigned(4));
    assert_eq!(cells(both, kind(), DELTA), [float(0.5), count]);
    assert_eq!(cells(vec![timer(0, 0.0)], kind(), HOW), [Cell::Idle, float(0.0)]);
    assert_eq!(cells(vec![], kind(), HOW), [Cell::Missing, Cell::Missing]);
}

#[test]
fn gauges_become_one_as_they_say_or_as_the_user_says() {
    let number = |value| Measurement::Gauge(Value::Signed(value));
    let gauges = vec![number(-4), number(6), number(0)];
    let value = |value: Value<'static>| vec![Cell::Value(value)];
    let shown = |kind, aggregate, how| cells(gauges.clone(), column(kind, aggregate), how);
    assert_eq!(shown(ColumnKind::Gauge, None, HOW), value(Value::Unsigned(2)));
    assert_eq!(shown(ColumnKind::Gauge, Some(Aggregate::Each), HOW), value(Value::Unsigned(2)));
    assert_eq!(shown(ColumnKind::Gauge, Some(Aggregate::Min), HOW), value(Value::Signed(-4)));
    assert_eq!(shown(ColumnKind::Average, None, HOW), value(Value::Float(2.0 / 3.0)));
    assert_eq!(
        shown(ColumnKind::Average, Some(Aggregate::Sum), HOW),
        value(Value::Float(2.0 / 3.0))
    );
    assert_eq!(shown(ColumnKind::Timestamp, None, HOW), value(Value::Unsigned(6)));
    let nonzero = one(Aggregator::NonzeroAvg);
    assert_eq!(shown(ColumnKind::Gauge, Some(Aggregate::Min), nonzero), value(Value::Float(1.0)));
}

#[test]
fn what_has_expired_is_idle_and_what_nobody_has_is_missing() {
    let average = || column(ColumnKind::Average, None);
    assert_eq!(cells(vec![Measurement::Absent], average(), HOW), [Cell::Idle]);
    let fresh = vec![Measurement::Absent, Measurement::Gauge(Value::Float(3.0))];
    assert_eq!(cells(fresh, average(), HOW), [float(3.0)]);
    assert_eq!(cells(vec![], average(), HOW), [Cell::Missing]);
}

#[test]
fn a_mean_is_of_all_values_and_not_of_the_means() {
    let total = |count, total| Measurement::Total { count, total };
    let mean = |mean, count| Measurement::Mean { mean, count };
    let shown = |measurements: Vec<Measurement>, how| {
        cells(measurements, column(ColumnKind::Average, None), how)
    };
    let both = vec![total(1000, 1000.0), total(1, 1001.0), total(0, 0.0)];
    assert_eq!(shown(both.clone(), HOW), [float(2001.0 / 1001.0)]);
    assert_eq!(shown(both.clone(), one(Aggregator::Avg)), [float(2001.0 / 1001.0)]);
    assert_eq!(shown(both, one(Aggregator::Max)), [float(1001.0)]);
    let recent = vec![mean(1.0, Some(3)), mean(5.0, Some(1)), mean(7.0, Some(0))];
    assert_eq!(shown(recent, HOW), [float(2.0)]);
    assert_eq!(shown(vec![total(0, 0.0)], HOW), [Cell::Idle]);
}

#[test]
fn what_isn_t_finite_spoils_no_other() {
    let nan = f64::NAN;
    let total = |count, total| Measurement::Total { count, total };
    let number = |number| Measurement::Gauge(Value::Float(number));
    let shown = |measurements, kind| cells(measurements, column(kind, None), HOW);
    let spoiled = || vec![total(3, nan), total(2, 4.0), total(1, f64::INFINITY)];
    assert_eq!(shown(spoiled(), ColumnKind::Timer), [float(2.0), float(12.0)]);
    assert_eq!(shown(spoiled(), ColumnKind::Average), [float(2.0)]);
    assert_eq!(shown(vec![total(3, nan)], ColumnKind::Timer), [Cell::Idle, float(6.0)]);
    assert_eq!(shown(vec![total(3, -1.0)], ColumnKind::Timer), [Cell::Idle, float(6.0)]);
    assert_eq!(shown(vec![number(nan), number(1.5)], ColumnKind::Gauge), [float(1.5)]);
    let only = shown(vec![number(nan)], ColumnKind::Gauge);
    assert!(matches!(only[..], [Cell::Value(Value::Float(number))] if number.is_nan()));
}

#[test]
fn a_moment_that_never_came_is_not_the_earliest() {
    let shown = |measurements| {
        cells(measurements, column(ColumnKind::Timestamp, Some(Aggregate::Min)), HOW)
    };
    assert_eq!(
        shown(vec![Measurement::Never, Measurement::Gauge(Value::Float(5.0))]),
        [float(5.0)]
    );
    assert_eq!(shown(vec![Measurement::Never]), [Cell::Never]);
}

#[test]
fn texts_are_shown_where_all_agree() {
    let texts = |texts: &[&str]| texts.iter().map(|&t| Measurement::Text(t.into())).collect();
    let text = |text: &'static str| vec![Cell::Value(Value::Text(text.into()))];
    let info = || column(ColumnKind::Info, None);
    assert_eq!(cells(texts(&["a", "a"]), info(), HOW), text("a"));
    assert_eq!(cells(texts(&["a", "b", "a"]), info(), HOW), text("2 values"));
    let many: Vec<_> = (0..300_000).map(|number| (number % 200_000).to_string()).collect();
    let many = many.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(cells(texts(&many), info(), HOW), text("200000 values"), "in no time");
}
