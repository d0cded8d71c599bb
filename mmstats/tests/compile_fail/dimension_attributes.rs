use mmstats::{DimensionValue, Dimensions};

#[derive(Dimensions)]
#[mmstats(key = "tenant", crate = 5)]
struct Request {
    #[mmstats(label = "tenant", value = "x")]
    tenant: String,
    #[mmstats(key = status)]
    status: u16,
    #[mmstats(key = "a", key = "b")]
    twice: u16,
}

#[derive(DimensionValue)]
#[mmstats(value = "GET", prefix = "x")]
enum Method {
    #[mmstats(key = "GET", crate = "mmstats")]
    Get,
}

fn main() {}
