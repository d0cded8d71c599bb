//! Random packets: decoding is the inverse of encoding, and notices every cut.

use apmon::wire::{Header, Numbering, Packet, Parameter, Value};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::naive;

/// A packet that owns its bytes.
#[derive(Clone, Debug)]
struct Owned {
    header: Option<OwnedHeader>,
    cluster: Vec<u8>,
    node: Vec<u8>,
    parameters: Vec<(Vec<u8>, OwnedValue)>,
    time: Option<i32>,
}

#[derive(Clone, Debug)]
struct OwnedHeader {
    version: String,
    password: Vec<u8>,
    numbering: Option<Numbering>,
}

#[derive(Clone, Debug)]
enum OwnedValue {
    Text(Vec<u8>),
    Number(Value<'static>),
}

impl Owned {
    fn packet(&self) -> Packet<'_> {
        let header = self.header.as_ref().map(|OwnedHeader { version, password, numbering }| {
            Header { version: version.as_bytes(), password, numbering: *numbering }
        });
        let parameters = self.parameters.iter().map(|(name, value)| {
            let value = match value {
                OwnedValue::Text(text) => Value::Text(text),
                OwnedValue::Number(number) => *number,
            };
            Parameter { name, value }
        });
        Packet {
            header,
            cluster: &self.cluster,
            node: &self.node,
            parameters: parameters.collect(),
            time: self.time,
        }
    }
}

/// Any bytes, often a text, of every length modulo 4.
fn bytes(least: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), least..20),
        vec(prop::char::any(), least..6).prop_map(|chars| chars.iter().collect::<String>().into()),
    ]
}

fn value() -> impl Strategy<Value = OwnedValue> {
    let number = prop_oneof![
        any::<i32>().prop_map(Value::I32),
        any::<i64>().prop_map(Value::I64),
        // Of all bits, so that some are NaN.
        any::<u32>().prop_map(|bits| Value::F32(f32::from_bits(bits))),
        any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))),
    ];
    prop_oneof![bytes(0).prop_map(OwnedValue::Text), number.prop_map(OwnedValue::Number)]
}

/// A version, and whether it has numbers and a time.
fn version() -> impl Strategy<Value = (String, bool, bool)> {
    prop_oneof![
        "2\\.([2-9]|1[0-9])(\\.[0-9]{1,2})?([-_][a-z]{1,3})?".prop_map(|it| (it, true, true)),
        "([3-9]|[1-9][0-9])\\.[0-9]{1,2}".prop_map(|it| (it, true, true)),
        "(1\\.([6-9]|1[0-9])|2\\.[01])(\\.[0-9])?(_pl)?".prop_map(|it| (it, false, true)),
        "(0\\.[0-9]{1,2}|1\\.[0-5])(-py)?".prop_map(|it| (it, false, false)),
    ]
}

/// A header, and whether there may be a time.
fn header() -> impl Strategy<Value = (OwnedHeader, bool)> {
    let parts = (version(), bytes(0), any::<i32>(), any::<i32>());
    parts.prop_map(|((version, numbered, timed), password, instance, sequence)| {
        let numbering = numbered.then_some(Numbering { instance, sequence });
        (OwnedHeader { version, password, numbering }, timed)
    })
}

prop_compose! {
    fn packet()(
        header in option::weighted(0.9, header()),
        cluster in bytes(0),
        node in bytes(0),
        parameters in vec((bytes(1), value()), 0..6),
        time in option::of(any::<i32>()),
    ) -> Owned {
        let (header, timed) = header.map_or((None, false), |(header, timed)| (Some(header), timed));
        // Nor is a cluster that looks like a header taken for one.
        let cluster = if header.is_none() && cluster.starts_with(b"v:") { vec![] } else { cluster };
        Owned { header, cluster, node, parameters, time: time.filter(|_| timed) }
    }
}

fn encoded(packet: &Packet<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    packet.encode(&mut bytes);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(8884), ..Default::default() })]

    #[test]
    fn decoding_is_the_inverse_of_encoding(owned in packet()) {
        let packet = owned.packet();
        let bytes = encoded(&packet);
        prop_assert_eq!(&bytes, &naive::encode(&packet, 0));
        let decoded = Packet::decode(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        // The bytes tell one NaN from another, and -0 from 0, which a comparison doesn't.
        prop_assert_eq!(&encoded(&decoded), &bytes);
        // A NaN differs from itself; in words it doesn't.
        prop_assert_eq!(format!("{decoded:?}"), format!("{packet:?}"));
    }

    #[test]
    fn padding_may_be_anything(owned in packet(), padding: u8) {
        let packet = owned.packet();
        let bytes = naive::encode(&packet, padding);
        let decoded = Packet::decode(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(encoded(&decoded), encoded(&packet));
    }

    #[test]
    fn a_cut_is_noticed_anywhere_but_before_the_time(owned in packet()) {
        let packet = owned.packet();
        let bytes = encoded(&packet);
        let before_time = packet.time.map(|_| bytes.len() - 4);
        for length in 0..bytes.len() {
            let is_sound = Packet::decode(&bytes[..length]).is_ok();
            prop_assert_eq!(is_sound, Some(length) == before_time, "{} of {}", length, bytes.len());
        }
    }
}
