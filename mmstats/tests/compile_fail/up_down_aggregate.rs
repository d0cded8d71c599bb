use mmstats::{Gauge, MmStats, UpDownCounter};

#[derive(MmStats)]
struct Queue {
    #[mmstats(aggregate = "max")]
    waiting: UpDownCounter,
    #[mmstats(unit = "jobs", aggregate = "each")]
    running: UpDownCounter,
    /// What it does anyway.
    #[mmstats(aggregate = "sum")]
    blocked: UpDownCounter,
    #[mmstats(aggregate = "max")]
    longest: Gauge<f64>,
}

fn main() {}
