use mmstats::{Counter, MmStats};

#[derive(MmStats)]
#[mmstats(crate = "nowhere::mmstats")]
struct Web {
    hits: Counter,
}

fn main() {}
