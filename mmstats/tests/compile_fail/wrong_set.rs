use mmstats::{Counter, Dimensions, Family, MmStats};

#[derive(Dimensions)]
struct Request<'a> {
    tenant: &'a str,
    status: u16,
}

#[derive(MmStats)]
struct Web {
    requests: Family<Counter, Request<'static>>,
    pairs: Family<Counter>,
}

fn count(web: &Web) {
    web.requests.get(&Request { tenant: "acme" }).incr();
    web.requests.get(&Request { status: "acme", tenant: 200 }).incr();
    web.requests.get(&Request { tenant: "acme", status: 200, method: "GET" }).incr();
    web.requests.get(&("acme", 200)).incr();
    web.requests.get(&[("tenant", "acme")]).incr();
    web.pairs.get(&["acme", "200"]).incr();
    web.pairs.get(&[("acme", "200", "GET")]).incr();
}

fn main() {}
