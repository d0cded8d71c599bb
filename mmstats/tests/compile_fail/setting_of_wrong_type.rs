use mmstats::{Gauge, MmStats, Text};

#[derive(MmStats)]
struct Web {
    #[mmstats(size = "large")]
    route: Text,
    #[mmstats(initial = if true { 1 } else { 2 })]
    load: Gauge<f64>,
}

fn main() {}
