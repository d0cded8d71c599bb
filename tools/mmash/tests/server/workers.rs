//! Three writers of every kind of stat, alive as long as the test.

use std::path::PathBuf;

use mmstats::{
    Aggregate, Counter, Field, Gauge, Histogram, Options, Published, Text, Timer, UpDownCounter,
    WindowedAverage,
};
use mmstats_testing::server::Server;
use tempfile::TempDir;

use crate::mmash;

/// The files `worker-1.mmstats` to `worker-3.mmstats`, and mmash on them.
pub struct Workers {
    pub server: Server,
    pub directory: TempDir,
    pub writers: Vec<Published<()>>,
}

impl Workers {
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let writer = |number: u32| {
            let name = format!("worker-{number}.mmstats");
            let options = Options::dynamic("Worker").path(directory.path()).filename(name);
            let stats = options.create().unwrap();
            fill(&stats, number);
            stats
        };
        let writers = (1..=3).map(writer).collect();
        Self { server: mmash(directory.path()), directory, writers }
    }

    pub fn path(&self, number: u32) -> PathBuf {
        self.directory.path().join(format!("worker-{number}.mmstats"))
    }
}

fn fill(stats: &Published<()>, number: u32) {
    let done = Counter::named("jobs.done").unit("jobs").help("Jobs that ended.");
    let done: Counter = stats.add(done).unwrap();
    done.add(number.into());
    let most: Gauge<u64> =
        stats.add(Gauge::<u64>::named("jobs.most").aggregate(Aggregate::Max)).unwrap();
    most.set(u64::MAX - 3 + u64::from(number));
    let depth: Gauge<u32> = stats.add(Gauge::<u32>::named("queue.depth")).unwrap();
    depth.set(number);
    let taken: UpDownCounter = stats.add(UpDownCounter::named("queue.taken")).unwrap();
    taken.add(3 - 2 * i64::from(number));
    let load: Gauge<f64> = stats.add(Gauge::<f64>::named("queue.load")).unwrap();
    load.set(f64::NEG_INFINITY);
    let idle: WindowedAverage =
        stats.add(WindowedAverage::named("queue.recent").window(1e-3)).unwrap();
    idle.add(4.0);
    let work: Timer = stats.add(Timer::named("work")).unwrap();
    (1..number).for_each(|_| work.record_secs(f64::from(number)));
    let sizes: Histogram = stats.add(Histogram::named("sizes").unit("bytes")).unwrap();
    sizes.record(number.into());
    let name: Text = stats.add(Text::named("name").size(16)).unwrap();
    name.set(if number == 1 { "first" } else { "other" });
}
