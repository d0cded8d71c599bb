use mmstats::{Counter, MmStats};

#[derive(MmStats)]
struct Web {
    #[mmstats(label = "requests")]
    hits: Counter,
    #[mmstats(label = "errors")]
    misses: Counter,
    #[mmstats(label = "requests")]
    visits: Counter,
    errors: Counter,
}

fn main() {}
