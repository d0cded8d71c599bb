use mmstats::{Counter, Dimensions, Family, MmStats};

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
}

#[derive(MmStats)]
struct Web {
    requests: Family<Counter, Request>,
}

fn main() {}
