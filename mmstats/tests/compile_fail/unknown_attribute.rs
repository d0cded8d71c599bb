use mmstats::{Counter, MmStats};

#[derive(MmStats)]
#[mmstats(label = "web", prefix = "web.")]
struct Web {
    #[mmstats(lable = "requests", unit = "requests")]
    hits: Counter,
    #[mmstats(stats::unit = "requests")]
    visits: Counter,
    #[mmstats(prefix = "web.")]
    errors: Counter,
}

fn main() {}
