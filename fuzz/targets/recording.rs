//! A blob of a recording has in it what a naive decoder finds; what is encoded comes back. A recording
//! with other rows or other bytes is read to the end.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmstats_fuzz::recording::check(bytes));
