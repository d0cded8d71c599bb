use mmstats::{Counter, MmStats};

#[derive(MmStats)]
struct Web {
    hits: Counter,
    misses: u64,
    pages: std::collections::HashMap<String, u64>,
}

fn main() {}
