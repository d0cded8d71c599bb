//! A crate with strict lints that redefines common names.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible)]
#![deny(let_underscore_drop, unreachable_pub, unused_qualifications, unused_results)]
#![allow(non_camel_case_types, dead_code)]

struct str;
struct u8;
struct usize;
struct Option;
struct SITE;
struct KEY;
struct FILE;
mod core {}
mod std {}
mod private {}

use kodemon::kodemon;

/// Documented.
#[kodemon]
#[must_use]
pub fn plain() -> u32 {
    use ::std::convert::identity;

    const ONE: u32 = 1;
    identity(ONE)
}

#[kodemon(customer = __timing, site = 2)]
fn hidden_names(__timing: u32) -> u32 {
    __timing
}

#[kodemon]
fn unit_statement() {
    let _ = SITE;
}

#[kodemon]
fn diverges() -> ! {
    panic!("as it should")
}

#[kodemon(stats)]
fn endless(stop: bool) -> i32 {
    loop {
        if stop {
            return 1;
        }
    }
}

#[kodemon]
fn mutable_argument(mut list: Vec<i32>, (one, _): (i32, i32)) -> Vec<i32> {
    list.push(one);
    list
}

#[kodemon]
fn held<'a, 'b: 'a>(one: &'a i32, other: &'b i32) -> impl Fn() -> i32 + use<'a, 'b> {
    move || one + other
}

fn main() {
    let _ = plain();
    let _ = hidden_names(1);
    unit_statement();
    let _ = endless(true);
    drop(mutable_argument(Vec::new(), (1, 2)));
    let _ = held(&1, &2)();
    let _never: fn() -> ! = diverges;
}
