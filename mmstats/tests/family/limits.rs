//! More series than there may be.

use mmstats::{
    AddError, Counter, CreateError, DeclareError, Family, Field, Gauge, Layout, MmStats, Options,
    Timer, UpDownCounter,
};

use crate::totals::{alone, by_label, expected, overflow};

#[derive(MmStats)]
#[mmstats(prefix = "limits.")]
struct Endless {
    requests: Family<Counter>,
}

/// Values from a request's header without end.
#[test]
fn beyond_two_thousand_everything_counts_as_overflow() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let stats = Endless::options().path(directory.path()).create().unwrap();
        for round in 0..2 {
            for number in 0..5_000 {
                stats.requests.get(&[("id", &format!("id-{number}"))]).add(1 + round);
            }
        }
        let sums = by_label(directory.path(), "limits.requests");
        assert_eq!(sums.len(), 2_001);
        assert_eq!(sums.values().sum::<i64>(), 15_000);
        assert_eq!(sums[&overflow("limits.requests")], 9_000);
    });
}

#[derive(MmStats)]
#[mmstats(prefix = "limits.long.")]
struct Long {
    counts: Family<Counter>,
}

/// The sizes around the limit, and one of which not even a copy should be made.
#[test]
fn a_label_that_is_too_long_counts_as_overflow() {
    alone(|| {
        for (layout, limit) in [(Layout::Aligned, 1024), (Layout::Packed, 255)] {
            let directory = tempfile::tempdir().unwrap();
            let stats = Long::options().layout(layout).path(directory.path()).create().unwrap();
            let value = |size: usize| "x".repeat(size - r#"limits.long.counts{k=""}"#.len());
            for (size, amount) in
                [(limit - 1, 1), (limit + 1, 10), (60 << 10, 100), (1 << 26, 1000)]
            {
                stats.counts.get(&[("k", &value(size))]).add(amount);
            }
            let sums = by_label(directory.path(), "limits.long.counts");
            assert_eq!(sums.len(), 2, "{layout:?}");
            assert_eq!(sums[&overflow("limits.long.counts")], 1110);
        }
    });
}

#[derive(MmStats)]
#[mmstats(prefix = "limits.kinds.")]
struct Few {
    busy: Family<UpDownCounter>,
    level: Family<Gauge<i64>>,
    time: Family<Timer>,
}

/// Of gauges nobody could tell whose value the last one was.
#[test]
fn gauges_beyond_the_limits_are_seen_by_nobody() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let stats = Few::options().path(directory.path()).create().unwrap();
        let numbers: Vec<_> = (0..2_100).map(|number| number.to_string()).collect();
        for number in &numbers {
            let pairs = [("n", &**number)];
            stats.busy.get(&pairs).incr();
            stats.level.get(&pairs).set(7);
            stats.time.get(&pairs).record_secs(0.5);
        }
        let sum = |name: &str| {
            let sums = by_label(directory.path(), name);
            (sums.len(), sums.values().sum::<i64>(), sums.contains_key(&overflow(name)))
        };
        assert_eq!(sum("limits.kinds.busy"), (2_001, 2_100, true));
        assert_eq!(sum("limits.kinds.level"), (2_000, 14_000, false));
        assert_eq!(sum("limits.kinds.time"), (2_001, 2_100, true));
    });
}

struct Declared<const MAX: usize>(Family<Counter>);

impl<const MAX: usize> MmStats for Declared<MAX> {
    const NAME: &'static str = "Declared";

    fn declare(fields: &mut mmstats::Declarations) {
        fields.add(Family::<Counter>::named("limits.declared").max(MAX));
    }

    fn attach(fields: &mut mmstats::Attachments) -> Self {
        Self(fields.next_family())
    }

    fn retire(&self) {}
}

#[test]
fn the_limit_can_be_changed() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let stats = Declared::<3>::options().path(directory.path()).create().unwrap();
        for (number, id) in ["a", "b", "c", "d", "e", "a"].into_iter().enumerate() {
            stats.0.get(&[("id", id)]).add(1 << number);
        }
        let sums = [("a", 33), ("b", 2), ("c", 4)]
            .map(|(id, sum)| (format!(r#"limits.declared{{id="{id}"}}"#), sum));
        let sums = sums.iter().map(|(label, sum)| (&**label, *sum));
        let sums = expected(sums.chain([(r#"limits.declared{overflow="true"}"#, 24)]));
        assert_eq!(by_label(directory.path(), "limits.declared"), sums);
        for found in [0, 10_001] {
            let error = match found {
                0 => Declared::<0>::create().map(drop),
                _ => Declared::<10_001>::create().map(drop),
            };
            let Err(CreateError::Declaration { source, .. }) = error else { panic!("{error:?}") };
            assert_eq!(source, DeclareError::Series { found, limit: 10_000 });
        }
    });
}

#[test]
fn no_other_stat_has_the_name_of_a_family() {
    #[derive(MmStats)]
    struct Plain {
        #[mmstats(label = r#"limits.name{a="1"}"#)]
        _plain: Counter,
        #[mmstats(label = "limits.name")]
        _family: Family<Counter>,
    }

    let error = Plain::create().map(drop).unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("limits.name") && error.contains("another field"), "{error}");

    let directory = tempfile::tempdir().unwrap();
    let options = Endless::options().prefix("limits.other.").capacity(4096);
    let stats = options.path(directory.path()).create().unwrap();
    for label in ["requests", r#"requests{x="y"}"#] {
        let error = stats.add(Counter::named(label)).unwrap_err();
        let AddError::Declaration { source, .. } = error else { panic!("{error:?}") };
        assert_eq!(source, DeclareError::DuplicateLabel, "{label}");
    }
    assert!(stats.add(Counter::named("requests.more")).is_ok());
    let dynamic = Options::dynamic("D").path(directory.path()).create().unwrap();
    assert!(dynamic.add(Counter::named("limits.other.requests")).is_ok(), "another file");
}
