use std::collections::BTreeSet;

use mmstats::{DimensionValue, Dimensions};

struct Unknown;

#[derive(Dimensions)]
struct Request<'a> {
    seconds: f64,
    part: Option<f32>,
    tags: &'a [&'a str],
    all: BTreeSet<String>,
    unknown: Unknown,
    method: Method,
    status: u16,
}

#[derive(Dimensions)]
struct OfOneType {
    seconds: f64,
}

enum Method {
    Get,
}

fn main() {
    let request = Request {
        seconds: 0.0,
        part: None,
        tags: &[],
        all: BTreeSet::new(),
        unknown: Unknown,
        method: Method::Get,
        status: 200,
    };
    let _ = (request.status.value(), OfOneType { seconds: 0.0 });
}
