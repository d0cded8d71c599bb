use mmstats::{Counter, MmStats};

#[derive(MmStats)]
#[mmstats(prefix = "web.")]
struct Web {
    #[mmstats(label = "")]
    hits: Counter,
}

fn main() {}
