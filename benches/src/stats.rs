//! The stats structs that are measured.

use mmstats::{
    Average, Counter, Gauge, Histogram, MmStats, MovingAverage, Text, Timer, UpDownCounter,
    WindowedAverage,
};

/// One of each kind.
#[derive(MmStats)]
#[mmstats(prefix = "bench.")]
pub struct Kinds {
    /// Events.
    pub counter: Counter,
    /// Items that exist.
    pub gauge: Gauge<u64>,
    /// Items that one thread adds and another removes.
    pub up_down: UpDownCounter,
    /// Over all values.
    pub average: Average,
    /// Over the last hundred.
    pub moving: MovingAverage,
    /// Over the last minute.
    pub windowed: WindowedAverage,
    /// How long things take.
    pub timer: Timer,
    /// How large things are.
    pub histogram: Histogram,
    /// The current activity.
    pub text: Text,
}

/// Thirteen scalars: with the seven default fields, a file of twenty.
#[derive(MmStats)]
#[mmstats(prefix = "shop.web.")]
pub struct Twenty {
    /// Answered requests.
    #[mmstats(unit = "requests")]
    requests: Counter,
    #[mmstats(label = "status.2XX", unit = "responses")]
    status_2xx: Counter,
    #[mmstats(label = "status.4XX", unit = "responses")]
    status_4xx: Counter,
    #[mmstats(label = "status.5XX", unit = "responses")]
    status_5xx: Counter,
    #[mmstats(label = "cache.hits")]
    hits: Counter,
    #[mmstats(label = "cache.misses")]
    misses: Counter,
    #[mmstats(label = "bytes.in", unit = "bytes")]
    bytes_in: Counter,
    #[mmstats(label = "bytes.out", unit = "bytes")]
    bytes_out: Counter,
    /// Requests in flight.
    in_flight: Gauge<u64>,
    sessions: Gauge<u32>,
    busy: Gauge<bool>,
    load: Gauge<f64>,
    /// When the last request arrived.
    #[mmstats(unit = "seconds")]
    last_hit: Gauge<f64>,
}

impl Twenty {
    /// Values that differ from file to file.
    pub fn fill(&self, number: usize) {
        self.requests.add(number as u64);
        self.bytes_out.add(1_000 * number as u64);
        self.in_flight.set(number as u64 % 7);
        self.load.set(number as f64 / 3.0);
        self.last_hit.set(1.8e9 + number as f64);
    }

    /// Changes one value.
    pub fn count_request(&self) {
        self.requests.incr();
    }
}

/// Six scalars and seven struct values: with the seven default fields, a file of twenty.
#[derive(MmStats)]
#[mmstats(prefix = "shop.web.")]
pub struct Mixed {
    /// Answered requests.
    #[mmstats(unit = "requests")]
    requests: Counter,
    #[mmstats(label = "status.2XX", unit = "responses")]
    status_2xx: Counter,
    #[mmstats(label = "status.5XX", unit = "responses")]
    status_5xx: Counter,
    #[mmstats(label = "bytes.out", unit = "bytes")]
    bytes_out: Counter,
    /// Requests in flight.
    in_flight: Gauge<u64>,
    load: Gauge<f64>,
    /// Time to look something up.
    lookup: Timer,
    /// Time to render a page.
    render: Timer,
    #[mmstats(unit = "bytes")]
    request_size: Average,
    #[mmstats(unit = "bytes")]
    response_size: MovingAverage,
    queue: WindowedAverage,
    state: Text,
    last_error: Text,
}

impl Mixed {
    /// Values that differ from file to file.
    pub fn fill(&self, number: usize) {
        self.requests.add(number as u64);
        self.in_flight.set(number as u64 % 7);
        for figure in (1..4).map(|factor| (factor * number) as f64) {
            self.lookup.record_secs(figure / 1e6);
            self.render.record_secs(figure / 1e3);
            self.request_size.add(figure);
            self.response_size.add(figure);
            self.queue.add(figure);
        }
        self.state.set(if number.is_multiple_of(2) { "serving" } else { "waiting for work" });
    }
}

/// Twenty counters, and the seven default fields.
#[derive(MmStats)]
#[mmstats(prefix = "pool.")]
pub struct Counters {
    accepted: Counter,
    answered: Counter,
    cached: Counter,
    closed: Counter,
    compressed: Counter,
    decoded: Counter,
    delayed: Counter,
    dropped: Counter,
    encoded: Counter,
    expired: Counter,
    failed: Counter,
    forwarded: Counter,
    ignored: Counter,
    opened: Counter,
    queued: Counter,
    received: Counter,
    refused: Counter,
    repeated: Counter,
    sent: Counter,
    timed_out: Counter,
}
