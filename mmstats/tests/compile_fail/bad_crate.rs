use mmstats::{Counter, MmStats};

#[derive(MmStats)]
#[mmstats(crate = "not a path")]
struct Text {
    hits: Counter,
}

#[derive(MmStats)]
#[mmstats(crate = 7)]
struct Number {
    hits: Counter,
}

#[derive(MmStats)]
#[mmstats(crate)]
struct Nothing {
    hits: Counter,
}

#[derive(MmStats)]
struct Field {
    #[mmstats(crate = "mmstats")]
    hits: Counter,
}

fn main() {}
