use mmstats::{Counter, Dimensions, Family, MmStats, Text};

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
}

struct NotASet;

#[derive(MmStats)]
struct Kinds {
    text: Family<Text>,
    number: Family<u64>,
}

#[derive(MmStats)]
struct Sets {
    set: Family<Counter, NotASet>,
    value: Family<Counter, u16>,
}

#[derive(MmStats)]
struct Lifetime<'a> {
    request: Family<Counter, Request<'a>>,
}

fn main() {}
