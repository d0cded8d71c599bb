//! A label says what the format says, and a series has exactly one label.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmstats_fuzz::dimensions::check(bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mmstats_fuzz::dimensions::mutate_label(bytes, size, max_size, seed)
});
