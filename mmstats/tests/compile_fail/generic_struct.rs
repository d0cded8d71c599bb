use std::marker::PhantomData;

use mmstats::{Counter, MmStats};

#[derive(MmStats)]
struct OfType<T> {
    hits: Counter,
    #[mmstats(skip)]
    of: PhantomData<T>,
}

#[derive(MmStats)]
struct OfLifetime<'a> {
    hits: Counter,
    #[mmstats(skip)]
    name: Option<&'a str>,
}

#[derive(MmStats)]
struct OfConst<const N: usize> {
    hits: Counter,
    #[mmstats(skip)]
    sizes: [u8; N],
}

fn main() {}
