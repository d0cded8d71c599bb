//! Every question about any file has an answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmstats_fuzz::file::check(bytes));

libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mmstats_fuzz::mutate_file(bytes, size, max_size, seed)
});
