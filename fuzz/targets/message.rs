//! A datagram is a message exactly if a full JSON parser says so.
#![no_main]

libfuzzer_sys::fuzz_target!(|datagram: &[u8]| mmstats_fuzz::message::check(datagram));
