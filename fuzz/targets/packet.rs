//! A datagram has in it what a naive decoder finds, and is shown safely.
#![no_main]

libfuzzer_sys::fuzz_target!(|datagram: &[u8]| mmstats_fuzz::packet::check(datagram));
