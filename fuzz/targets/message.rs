//! A datagram is accepted as a message only if a full JSON parser finds the same in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|datagram: &[u8]| mmstats_fuzz::message::check(datagram));
