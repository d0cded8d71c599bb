//! Families of every kind, in both layouts.

use mmstats::{
    Average, Counter, Family, Gauge, Histogram, Layout, MmStats, MovingAverage, StatsFile, Timer,
    UpDownCounter, WindowedAverage,
};

#[derive(MmStats)]
#[mmstats(prefix = "kinds.")]
struct Kinds {
    /// Counted.
    #[mmstats(unit = "events")]
    counter: Family<Counter>,
    up_down: Family<UpDownCounter>,
    gauge: Family<Gauge<u8>>,
    float: Family<Gauge<f64>>,
    average: Family<Average>,
    moving: Family<MovingAverage>,
    windowed: Family<WindowedAverage>,
    timer: Family<Timer>,
    histogram: Family<Histogram>,
}

#[test]
fn every_kind_has_series() {
    for layout in [Layout::Aligned, Layout::Packed] {
        let directory = tempfile::tempdir().unwrap();
        let options = Kinds::options().layout(layout).capacity(1 << 20);
        let stats = options.path(directory.path()).create().unwrap();
        for (number, value) in ["a", "bb", "ccc"].into_iter().enumerate() {
            let pairs = [("k", value)];
            stats.counter.get(&pairs).add(number as u64);
            stats.up_down.get(&pairs).add(-(number as i64));
            stats.gauge.get(&pairs).set(number as u8);
            stats.float.get(&pairs).set(number as f64 + 0.5);
            stats.average.get(&pairs).add(number as f64);
            stats.moving.get(&pairs).add(number as f64);
            stats.windowed.get(&pairs).add(number as f64);
            stats.timer.get(&pairs).record_secs(number as f64);
            stats.histogram.get(&pairs).record(number as u64);
        }
        let file = StatsFile::read(stats.path().unwrap()).unwrap();
        assert!(file.problem().is_none());
        let value = |name: &str, k: &str| {
            let stat = file.get(&format!("kinds.{name}{{k=\"{k}\"}}")).unwrap();
            stat.value().to_string()
        };
        for (name, expected) in [
            ("counter", ["0", "1", "2"]),
            ("up_down", ["0", "-1", "-2"]),
            ("gauge", ["0", "1", "2"]),
            ("float", ["0.5", "1.5", "2.5"]),
            ("average", ["0.0", "1.0", "2.0"]),
            ("moving", ["0.0", "1.0", "2.0"]),
            ("windowed", ["0.0", "1.0", "2.0"]),
            ("timer", ["0.0", "1.0", "2.0"]),
        ] {
            let found = ["a", "bb", "ccc"].map(|k| value(name, k));
            assert_eq!(found, expected.map(str::to_owned), "{name} {layout:?}");
        }
        if layout == Layout::Aligned {
            let stat = file.get(r#"kinds.histogram{k="bb"}"#).unwrap();
            assert_eq!(stat.histogram().unwrap().count(), 1);
            let stat = file.get(r#"kinds.counter{k="bb"}"#).unwrap();
            assert_eq!((stat.unit(), stat.help()), ("events", "Counted."));
        }
    }
}
