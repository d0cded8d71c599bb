use mmstats::{Counter, MmStats};

#[derive(MmStats)]
struct Web {
    #[mmstats(aggregate = "avg")]
    hits: Counter,
    #[mmstats(aggregate = "Sum")]
    visits: Counter,
    #[mmstats(aggregate = sum)]
    errors: Counter,
}

fn main() {}
