//! What belongs to one thread can't be held across `.await` in a task that moves between threads.

use mmstats::{
    Average, Counter, Fixed, Gauge, Histogram, MmStats, MovingAverage, Published, Text, Timer,
    Timestamp, UpDownCounter, WindowedAverage,
};

#[derive(MmStats)]
struct WebStats {
    hits: Counter,
    busy: UpDownCounter,
    load: Gauge<f64>,
    last_hit: Timestamp,
    size: Average,
    speed: MovingAverage,
    wait: WindowedAverage,
    render: Timer,
    spread: Histogram,
    state: Text,
    #[mmstats(initial = "1.2")]
    version: Fixed<&'static str>,
}

fn spawn(_: impl Future<Output = ()> + Send) {}

async fn page() {}

async fn with_timing(stats: Published<WebStats>) {
    let _timing = stats.render.start();
    page().await;
}

async fn with_stats(stats: Published<WebStats>) {
    let stats: &WebStats = &stats;
    page().await;
    stats.hits.incr();
}

async fn with_file(stats: &Published<WebStats>) {
    page().await;
    stats.hits.incr();
}

fn main() {
    let create = || WebStats::create().unwrap();
    spawn(with_timing(create()));
    spawn(with_stats(create()));
    let stats = create();
    spawn(with_file(&stats));
}
