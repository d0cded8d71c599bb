//! Packets of senders before today's, byte by byte.

use apmon::wire::{Field, Header, Numbering, Packet, Parameter, Value};

fn packet(header: Option<Header<'_>>, time: Option<i32>) -> Packet<'_> {
    let parameters = vec![Parameter { name: b"jobs", value: Value::I32(7) }];
    Packet { header, cluster: b"farm", node: b"wn1", parameters, time }
}

fn header(version: &str, numbering: Option<Numbering>) -> Header<'_> {
    Header { version: version.as_bytes(), password: b"pw", numbering }
}

fn is(bytes: &[u8], expected: &Packet<'_>) {
    assert_eq!(Packet::decode(bytes).as_ref(), Ok(expected));
    let mut encoded = Vec::new();
    expected.encode(&mut encoded);
    assert_eq!(encoded, bytes);
}

/// Cluster, node and one parameter.
const REST: &[u8] = b"\
    \0\0\0\x04farm\
    \0\0\0\x03wn1\0\
    \0\0\0\x01\
    \0\0\0\x04jobs\0\0\0\x02\0\0\0\x07";

#[test]
fn since_2_2_with_instance_and_sequence() {
    let numbering = Some(Numbering { instance: 0x0102_0304, sequence: 5 });
    let start = b"\
        \0\0\0\x09v:2.2p:pw\0\0\0\
        \x01\x02\x03\x04\
        \0\0\0\x05";
    is(&[start, REST].concat(), &packet(Some(header("2.2", numbering)), None));
    let timed = [start, REST, b"\x54\x3e\xd6\x9d"].concat();
    is(&timed, &packet(Some(header("2.2", numbering)), Some(1_413_404_317)));
}

#[test]
fn before_2_2_without_instance_and_sequence() {
    let start = b"\0\0\0\x0bv:2.1.9p:pw\0";
    is(&[start, REST].concat(), &packet(Some(header("2.1.9", None)), None));
    let timed = [start, REST, b"\x54\x3e\xd6\x9d"].concat();
    is(&timed, &packet(Some(header("2.1.9", None)), Some(1_413_404_317)));
}

#[test]
fn before_1_6_without_a_time() {
    let start = b"\0\0\0\x0cv:1.5-pyp:pw";
    is(&[start, REST].concat(), &packet(Some(header("1.5-py", None)), None));
    let timed = [&start[..], REST, b"\x54\x3e\xd6\x9d"].concat();
    let error = Packet::decode(&timed).unwrap_err();
    assert_eq!((error.offset(), error.field()), (start.len() + REST.len(), Field::Time));
    assert_eq!(error.to_string(), "time at byte 52: found 4 bytes, expected none");
}

/// The first string is the cluster.
#[test]
fn without_a_header() {
    is(REST, &packet(None, None));
    let error = Packet::decode(&[REST, b"\x54\x3e\xd6\x9d"].concat()).unwrap_err();
    assert_eq!((error.offset(), error.field()), (REST.len(), Field::Time));
}

/// A header has both parts; without them it is a name like any other.
#[test]
fn what_only_resembles_a_header_is_the_cluster() {
    for name in ["v:2.2", "v2.2p:", "p:pw", "V:2.2.4p:", " v:2.2.4p:"] {
        let expected = Packet { cluster: name.as_bytes(), ..packet(None, None) };
        let mut bytes = Vec::new();
        expected.encode(&mut bytes);
        assert_eq!(Packet::decode(&bytes).as_ref(), Ok(&expected), "{name}");
    }
}

/// A password may have anything in it, a version anything but the mark of the password.
#[test]
fn a_version_ends_at_the_first_mark_of_a_password() {
    for (text, version, password) in [
        ("v:p:", "", ""),
        ("v:2.2.8_cppp:x", "2.2.8_cpp", "x"),
        ("v:2.2.4-pyp:v:p:p:", "2.2.4-py", "v:p:p:"),
    ] {
        let bytes = [&(text.len() as u32).to_be_bytes(), text.as_bytes(), &[0; 64]].concat();
        let (packet, _) = Packet::decode_lenient(&bytes);
        let header = packet.header.unwrap();
        assert_eq!((header.version, header.password), (version.as_bytes(), password.as_bytes()));
    }
}
