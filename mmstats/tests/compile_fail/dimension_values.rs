use mmstats::DimensionValue;

#[derive(DimensionValue)]
enum Method {
    #[mmstats(value = "GET")]
    Get,
    #[mmstats(value = "GET")]
    Head,
    #[mmstats(value = "Post")]
    Put,
    Post,
    #[mmstats(value = "")]
    None,
    #[mmstats(value = 5)]
    Five,
    #[mmstats(value)]
    Valueless,
}

fn main() {}
