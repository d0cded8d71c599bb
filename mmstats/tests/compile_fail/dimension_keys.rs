use mmstats::{Counter, Dimensions, MmStats};

#[derive(Dimensions)]
struct Request<'a> {
    le: &'a str,
    quantile: u16,
    __name: u16,
    overflow: bool,
    größe: u16,
    #[mmstats(key = "")]
    empty: u16,
    #[mmstats(key = "my-key")]
    my_key: u16,
    #[mmstats(key = "http.method")]
    method: u16,
    #[mmstats(key = "2xx")]
    digit: u16,
    status: u16,
    #[mmstats(key = "status")]
    code: u16,
    r#type: u16,
    #[mmstats(key = "type")]
    kind: u16,
}

#[derive(MmStats)]
struct Web {
    #[mmstats(dimensions(le = 1, quantile = 1, __name = 1, overflow = true, größe = 1))]
    reserved: Counter,
    #[mmstats(dimensions("" = 1, my-key = 1, "http.method" = 1, http.method = 1, 2xx = 1))]
    odd: Counter,
    #[mmstats(dimensions(status = 1, r#type = 2, "status" = 2, type = 2))]
    twice: Counter,
}

fn main() {}
