use mmstats::{Counter, MmStats, Text};

#[derive(MmStats)]
struct Web {
    #[mmstats(label = "", size = 3, help = "Hits.")]
    hits: Counter,
    #[mmstats(aggregate = "all", label = 5, label = "visits")]
    visits: Counter,
    misses: u64,
    #[mmstats(label = "misses")]
    route: Text,
}

fn main() {
    // The errors are about the struct alone: that it can be created is none.
    let _ = Web::create();
}
