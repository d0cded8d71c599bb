//! If the naive reader of the tests has values, the library has the same.
#![no_main]

use libfuzzer_sys::Corpus;
use mmstats_fuzz::oracle::{check, let_the_oracle_panic};

libfuzzer_sys::fuzz_target!(init: let_the_oracle_panic(), |bytes: &[u8]| -> Corpus {
    if check(bytes) { Corpus::Keep } else { Corpus::Reject }
});

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mmstats_fuzz::mutate_file(bytes, size, max_size, seed)
});
