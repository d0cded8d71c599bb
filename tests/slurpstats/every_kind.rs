//! A file of ours with every kind of stat.

use std::path::Path;

use mmstats::{
    Average, Counter, Field, Fixed, Gauge, Histogram, MovingAverage, Options, Published, Text,
    Timer, Timestamp, UpDownCounter, WindowedAverage,
};

/// A file of ours with every kind, and its fields.
pub struct EveryKind {
    directory: tempfile::TempDir,
    published: Published<()>,
}

impl EveryKind {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let published = Options::dynamic("Every")
            .path(directory.path())
            .capacity(64 << 10)
            .default_fields(false)
            .create()
            .unwrap();
        let every = Self { directory, published };
        every.fill();
        every
    }

    fn fill(&self) {
        let stats = &self.published;
        let hits: Counter = stats
            .add(Counter::named("hits").unit("requests").help("All of them.\nReally."))
            .unwrap();
        hits.add(u64::MAX);
        let queue: UpDownCounter = stats.add(UpDownCounter::named("queue").unit("jobs")).unwrap();
        queue.add(-1000);
        let depth: Gauge<i32> = stats.add(Gauge::<i32>::named("depth")).unwrap();
        depth.set(-1234);
        let load: Gauge<f64> = stats.add(Gauge::<f64>::named("load")).unwrap();
        load.set(f64::NAN);
        let size: Average = stats.add(Average::named("size").unit("bytes")).unwrap();
        size.add(1000.0);
        size.add(2000.0);
        let moving: MovingAverage = stats.add(MovingAverage::named("moving")).unwrap();
        moving.add(2.5);
        let recent: WindowedAverage =
            stats.add(WindowedAverage::named("recent").window(60.0)).unwrap();
        recent.add(4.0);
        let idle: WindowedAverage = stats.add(WindowedAverage::named("idle").window(1e-3)).unwrap();
        idle.add(4.0);
        let render: Timer = stats.add(Timer::named("render").unit("seconds")).unwrap();
        render.record_secs(0.25);
        render.record_secs(0.75);
        let spread: Histogram = stats.add(Histogram::named("spread").unit("bytes")).unwrap();
        (1..=10).for_each(|value| spread.record(value));
        let mood: Text = stats.add(Text::named("state").size(32)).unwrap();
        mood.set("grüße");
        let seen: Timestamp = stats.add(Timestamp::named("seen")).unwrap();
        seen.set(1_795_247_208.5);
        let _never: Timestamp = stats.add(Timestamp::named("never")).unwrap();
        let _version: Fixed<u32> =
            stats.add(Fixed::<u32>::named("version").initial(12_345)).unwrap();
    }

    pub fn path(&self) -> &Path {
        self.published.path().unwrap()
    }

    pub fn directory(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }
}
