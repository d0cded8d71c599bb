//! The stats structs that are measured.

use mmstats::{
    Average, Counter, Gauge, Histogram, MmStats, MovingAverage, Text, Timer, WindowedAverage,
};

/// One of each kind.
#[derive(MmStats)]
#[mmstats(prefix = "bench.")]
pub struct Kinds {
    /// Things that happened.
    pub counter: Counter,
    /// Things that are there.
    pub gauge: Gauge<u64>,
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
    /// What is going on.
    pub text: Text,
}

/// Fourteen scalars: with the six default fields, a file of twenty.
#[derive(MmStats)]
#[mmstats(prefix = "shop.web.")]
pub struct Twenty {
    /// Requests that were answered.
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
    /// Requests that are being worked on.
    in_flight: Gauge<u64>,
    sessions: Gauge<u32>,
    busy: Gauge<bool>,
    load: Gauge<f64>,
    /// When the last request arrived.
    #[mmstats(unit = "seconds")]
    last_hit: Gauge<f64>,
    balance: Gauge<i64>,
}
