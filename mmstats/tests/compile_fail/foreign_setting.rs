use mmstats::{Counter, MmStats, Text, Timer};

#[derive(MmStats)]
struct Web {
    #[mmstats(size = 64)]
    hits: Counter,
    #[mmstats(initial = "/")]
    #[mmstats(error = 0.1)]
    route: Text,
    #[mmstats(
        window = 10,
        initial = 0.5
    )]
    render: Timer,
}

fn main() {}
