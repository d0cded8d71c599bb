use mmstats::MmStats;

struct NoDefault;

#[derive(MmStats)]
struct Web {
    #[mmstats(label = "requests", skip)]
    hits: u64,
    #[mmstats(skip, unit = "pages", initial = 5)]
    pages: u64,
    #[mmstats(skip = true)]
    flag: bool,
    #[mmstats(skip)]
    other: NoDefault,
}

fn main() {}
