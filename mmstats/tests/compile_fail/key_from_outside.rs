use mmstats::{Counter, Family};

fn count(requests: &Family<Counter>, header: String) {
    requests.get(&[(&header, "acme")]).incr();
}

fn main() {}
