//! Any datagram is a message, or none, as a parser that knows all of JSON says.
#![no_main]

libfuzzer_sys::fuzz_target!(|datagram: &[u8]| mmstats_fuzz::message::check(datagram));
