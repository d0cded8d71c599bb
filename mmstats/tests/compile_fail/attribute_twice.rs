use mmstats::{Counter, MmStats};

#[derive(MmStats)]
#[mmstats(prefix = "a.", prefix = "b.")]
struct Web {
    #[mmstats(label = "requests")]
    #[mmstats(unit = "requests", label = "visits")]
    hits: Counter,
}

fn main() {}
