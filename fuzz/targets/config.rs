//! Every line of a configuration is used or reported, and no password is shown.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| mmstats_fuzz::config::check(text));
