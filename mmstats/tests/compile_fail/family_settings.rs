use mmstats::{
    Average, Counter, DimensionValue, Dimensions, Family, Gauge, Histogram, MmStats, Timer,
    UpDownCounter,
};

#[derive(DimensionValue)]
enum Method {
    Get,
    Post,
}

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    method: Method,
    status: u16,
}

#[derive(MmStats)]
struct All {
    #[mmstats(all)]
    counter: Counter,
    #[mmstats(all)]
    pairs: Family<Counter>,
    #[mmstats(all)]
    request: Family<Counter, Request<'static>>,
    #[mmstats(all = true)]
    with_value: Family<Counter>,
}

#[derive(MmStats)]
struct Settings {
    #[mmstats(initial = 1)]
    counter: Family<Counter>,
    #[mmstats(keep = true)]
    average: Family<Average>,
    #[mmstats(window = 5)]
    histogram: Family<Histogram>,
    #[mmstats(error = 0.1)]
    timer: Family<Timer>,
    #[mmstats(max_value = 5)]
    gauge: Family<Gauge<u8>>,
    #[mmstats(aggregate = "max")]
    up_down: Family<UpDownCounter>,
    #[mmstats(max_value = 5)]
    single: Histogram,
    #[mmstats(size = 5)]
    size: Family<Counter>,
    #[mmstats(max = "many")]
    max: Family<Counter>,
}

fn main() {}
