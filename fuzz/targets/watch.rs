//! A file that has other bytes at the next poll is what reading it alone gives.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmstats_fuzz::watch::check(bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mmstats_fuzz::mutate_pair(bytes, size, max_size, seed)
});
