use mmstats::{Counter, Family, Gauge, MmStats};

const STATUS: &str = "2xx";

#[derive(MmStats)]
struct Forms {
    #[mmstats(dimensions)]
    bare: Counter,
    #[mmstats(dimensions = "status")]
    text: Counter,
    #[mmstats(dimensions(status), unit = "requests")]
    no_value: Counter,
    #[mmstats(dimensions(status =))]
    no_value_either: Counter,
    #[mmstats(dimensions(= 5))]
    no_key: Counter,
    #[mmstats(dimensions(status = "2xx" code = 200))]
    no_comma: Counter,
    #[mmstats(dimensions(load = 0.5, status = STATUS, sum = 1 + 1, byte = b'a'))]
    not_literal: Counter,
    #[mmstats(dimensions(status = 1), dimensions(code = 2))]
    twice: Counter,
    #[mmstats(skip, dimensions(status = 1))]
    skipped: u8,
    #[mmstats(dimension(status = 1))]
    misspelt: Counter,
}

#[derive(MmStats)]
struct Labels {
    #[mmstats(label = "requests", dimensions(status = "2xx", code = 200))]
    one: Counter,
    #[mmstats(label = "requests", dimensions(code = "200", status = "2xx", none = ""))]
    same: Counter,
    #[mmstats(label = "requests", dimensions(status = "2xx"))]
    another: Counter,
    #[mmstats(dimensions(none = ""))]
    plain: Counter,
    #[mmstats(label = "plain")]
    plain_too: Gauge<u8>,
}

#[derive(MmStats)]
struct Families {
    requests: Family<Counter>,
    #[mmstats(label = "requests", dimensions(status = "2xx"))]
    of_the_family: Counter,
    #[mmstats(label = "jobs", dimensions(kind = "mail"))]
    jobs_by_mail: Counter,
    jobs: mmstats::Family<Counter>,
    #[mmstats(label = "jobs")]
    other_jobs: Family<Counter>,
    #[mmstats(dimensions(status = "2xx", code = 200))]
    with_dimensions: Family<Counter>,
}

fn main() {}
