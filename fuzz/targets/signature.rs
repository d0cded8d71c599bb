//! Any text is a type signature, or none, as the format says.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| mmstats_fuzz::signature::check(text));
