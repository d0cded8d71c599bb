use mmstats::{Counter, MmStats, Text};

#[derive(MmStats)]
#[mmstats(prefix = 'w')]
struct Web {
    #[mmstats(label = 5, unit = -1)]
    hits: Counter,
    #[mmstats(label = b"visits")]
    visits: Counter,
    #[mmstats(label)]
    pages: Counter,
    #[mmstats(unit("bytes"))]
    bytes: Counter,
    #[mmstats(size =)]
    route: Text,
    #[mmstats(size = , label = "page")]
    page: Text,
    #[mmstats(size = 64 initial = "/")]
    start: Text,
    #[mmstats("errors")]
    errors: Counter,
    #[mmstats = "redirects"]
    redirects: Counter,
    #[mmstats]
    timeouts: Counter,
}

fn main() {}
