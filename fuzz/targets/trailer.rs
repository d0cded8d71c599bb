//! A trailer is within the bytes in which it was found.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmstats_fuzz::trailer::check(bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mmstats_fuzz::mutate_trailer(bytes, size, max_size, seed)
});
