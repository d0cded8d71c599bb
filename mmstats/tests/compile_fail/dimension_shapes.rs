use mmstats::{DimensionValue, Dimensions};

#[derive(Dimensions)]
struct Generic<'a, T> {
    tenant: &'a str,
    other: T,
}

#[derive(Dimensions)]
struct Tenants<const SIZE: usize> {
    tenant: String,
}

#[derive(Dimensions)]
struct Unnamed(String, u16);

#[derive(Dimensions)]
enum Method {
    Get,
}

#[derive(Dimensions)]
union Number {
    signed: i64,
    unsigned: u64,
}

#[derive(DimensionValue)]
struct Tenant(String);

#[derive(DimensionValue)]
union OneOf {
    signed: i64,
    unsigned: u64,
}

#[derive(DimensionValue)]
enum Status {
    Ok,
    Code(u16),
    Named { name: String },
}

#[derive(DimensionValue)]
enum Never {}

#[derive(DimensionValue)]
enum Of<const SIZE: usize> {
    One,
}

fn main() {}
