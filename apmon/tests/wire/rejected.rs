//! Every way in which bytes are no packet.

use apmon::wire::{Field, MAX_STRING, Packet};

use crate::naive::Bytes;

/// A packet up to its number of parameters: 40 bytes.
fn start() -> Bytes {
    Bytes::padded_with(0).string("v:2.2.4-rsp:").word(1).word(2).string("farm").string("wn1")
}

/// With one parameter's name: 52 bytes.
fn named() -> Bytes {
    start().word(1).string("x")
}

#[track_caller]
fn is_rejected(bytes: Bytes, offset: usize, field: Field, reason: &str) {
    let bytes = bytes.end();
    let error = Packet::decode(&bytes).unwrap_err();
    assert_eq!((error.offset(), error.field()), (offset, field), "{error}");
    assert_eq!(error.to_string(), format!("{field} at byte {offset}: {reason}"));
    let (packet, same) = Packet::decode_lenient(&bytes);
    assert_eq!((packet.time, same), (None, Some(error)));
}

#[test]
fn a_length_beyond_the_end() {
    let reason = "found a length of 9 bytes, expected at most 8";
    let eight = b"\0\0\0\x09........";
    is_rejected(Bytes::padded_with(0).raw(eight), 0, Field::Header, reason);
    let header = || Bytes::padded_with(0).string("v:2.2.4-rsp:").word(1).word(2);
    is_rejected(header().raw(eight), 24, Field::Cluster, reason);
    is_rejected(header().string("farm").raw(eight), 32, Field::Node, reason);
    is_rejected(start().word(1).raw(eight), 44, Field::Name(1), reason);
    is_rejected(named().word(0).raw(eight), 56, Field::Value(1), reason);
}

/// Lengths are compared before anything is added to them.
#[test]
fn a_length_that_no_packet_has() {
    for length in [0xffff_ffff_u32, 0xffff_fffd, 0x8000_0000, 0x7fff_ffff] {
        let reason = format!("found a length of {length} bytes, expected at most 0");
        let bytes = Bytes::padded_with(0).raw(&length.to_be_bytes());
        is_rejected(bytes, 0, Field::Header, &reason);
    }
}

/// The padding belongs to a string.
#[test]
fn a_string_without_its_padding() {
    let bytes = named().word(0).raw(b"\0\0\0\x05hello");
    let reason = "found a length of 5 bytes, expected at most 4";
    is_rejected(bytes, 56, Field::Value(1), reason);
}

#[test]
fn a_string_above_the_maximum() {
    let longest = "x".repeat(MAX_STRING);
    let sound = named().word(0).string(&longest).end();
    assert!(Packet::decode(&sound).is_ok());
    let reason = "found a length of 65536 bytes, expected at most 65535";
    is_rejected(named().word(0).string(longest + "x"), 56, Field::Value(1), reason);
}

#[test]
fn a_number_of_parameters_for_which_there_is_no_space() {
    for count in [-1, i32::MIN, 3, i32::MAX] {
        let reason = format!("found {count}, expected 0 to 2");
        // Two parameters of 12 bytes, and 11 more.
        is_rejected(start().word(count).raw(&[0; 35]), 40, Field::Count, &reason);
    }
    is_rejected(start().raw(b"..."), 40, Field::Count, "found 3 bytes, expected 4");
}

#[test]
fn an_unknown_type() {
    for kind in [1, 6, -1, i32::MAX] {
        let reason = format!("found {kind}, expected 0, 2, 3, 4 or 5");
        is_rejected(named().word(kind).word(0), 52, Field::Type(1), &reason);
    }
}

#[test]
fn an_empty_name() {
    let reason = "found an empty one, expected at least a byte";
    is_rejected(start().word(1).string("").word(2).word(7), 44, Field::Name(1), reason);
    let second = start().word(2).string("x").word(2).word(7).string("").word(2).word(7);
    is_rejected(second, 60, Field::Name(2), reason);
}

#[test]
fn a_number_that_is_cut_short() {
    let header = || Bytes::padded_with(0).string("v:2.2.4-rsp:");
    is_rejected(header().raw(b".."), 16, Field::Instance, "found 2 bytes, expected 4");
    is_rejected(header().word(1), 20, Field::Sequence, "found 0 bytes, expected 4");
    let eight = "found 7 bytes, expected 8";
    for kind in [3, 5] {
        is_rejected(named().word(kind).raw(b"......."), 56, Field::Value(1), eight);
    }
    // A second parameter, which the bytes of the first had no space for.
    let long = start().word(2).string("a name of 21 bytes...").word(2).word(7);
    is_rejected(long, 80, Field::Name(2), "found 0 bytes, expected 4");
    let long = start().word(2).string("a name of 21 bytes...").word(2).word(7).string("x");
    is_rejected(long, 88, Field::Type(2), "found 0 bytes, expected 4");
}

#[test]
fn anything_but_a_time_behind_the_last_parameter() {
    let whole = || named().word(2).word(7);
    for rest in [1, 2, 3, 5, 8, 12] {
        let reason = format!("found {rest} bytes, expected 0 or 4");
        is_rejected(whole().raw(&vec![0; rest]), 60, Field::Time, &reason);
    }
    let timed = whole().word(-1).end();
    assert_eq!(Packet::decode(&timed).unwrap().time, Some(-1));
}

#[test]
fn no_bytes_at_all() {
    is_rejected(Bytes::padded_with(0), 0, Field::Header, "found 0 bytes, expected 4");
}

/// What was read before is kept.
#[test]
fn lenient_keeps_the_parameters_before_an_error() {
    let bytes = start().word(3).string("a").word(2).word(7).string("b").word(0).string("x");
    let bytes = bytes.string("c").word(1).word(0).word(1_413_404_125).end();
    let (packet, error) = Packet::decode_lenient(&bytes);
    assert_eq!(error.unwrap().field(), Field::Type(3));
    let names: Vec<_> = packet.parameters.iter().map(|parameter| parameter.name).collect();
    assert_eq!(
        (packet.cluster, packet.node, &*names),
        (&b"farm"[..], &b"wn1"[..], &[&b"a"[..], b"b"][..])
    );
    assert_eq!(packet.header.unwrap().numbering.unwrap().sequence, 2);
}
