//! A text is a type signature exactly if the format says so.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| mmstats_fuzz::signature::check(text));
