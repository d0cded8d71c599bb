use mmstats::{Counter, MmStats};

#[derive(MmStats)]
struct Tuple(Counter, Counter);

#[derive(MmStats)]
struct Unit;

#[derive(MmStats)]
enum Choice {
    Hits(Counter),
}

#[derive(MmStats)]
union Overlap {
    hits: u64,
}

fn main() {}
