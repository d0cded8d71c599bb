//! Packets of real senders in `data`, each with what it has in it. Files with an `error` are of
//! senders' defects; what comes before the error is in them as well.

use std::fs;
use std::path::Path;

use apmon::wire::{DecodeError, Field, Packet, Parameter, Value};
use serde_json::{Value as Json, json};

/// The packets that are rejected: offset, field, message.
const REJECTED: [(&str, usize, Field, &str); 3] = [
    ("cpp-2.2.8-trailing", 148, Field::Time, "time at byte 148: found 11 bytes, expected 0 or 4"),
    (
        "java-2.2.9-non-ascii",
        84,
        Field::Type(1),
        "type of parameter 1 at byte 84: found 1946157056, expected 0, 2, 3, 4 or 5",
    ),
    (
        "py-2.2.4-half-parameter",
        92,
        Field::Time,
        "time at byte 92: found 12 bytes, expected 0 or 4",
    ),
];

/// A packet, and the file that says what is in it.
struct Vector {
    name: String,
    bytes: Vec<u8>,
    json: Json,
}

/// All vectors, with or without an error.
fn vectors(with_error: bool) -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut vectors = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            let bytes = fs::read(&path).unwrap();
            let json = fs::read(path.with_extension("json")).unwrap();
            let json: Json = serde_json::from_slice(&json).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            vectors.push(Vector { name, bytes, json });
        }
    }
    assert_eq!(vectors.len(), 17);
    vectors.retain(|vector| vector.json["error"].is_null() != with_error);
    vectors
}

/// What a packet has in it, in the form of the vectors' files, but for what only people can say.
fn content(bytes: &[u8], packet: &Packet<'_>, error: Option<DecodeError>) -> Json {
    let header = packet.header.unwrap();
    let numbering = header.numbering.unwrap();
    let parameters = packet.parameters.iter().map(|Parameter { name, value }| match *value {
        Value::Text(found) => json!([text(name), 0, text(found)]),
        Value::I32(found) => json!([text(name), 2, found]),
        Value::I64(found) => json!([text(name), 3, found]),
        Value::F32(found) => json!([text(name), 4, float(found.into())]),
        Value::F64(found) => json!([text(name), 5, float(found)]),
    });
    let is_trailing = |error: &DecodeError| error.field() == Field::Time;
    let trailing = error.filter(is_trailing).map(|error| hex(&bytes[error.offset()..]));
    json!({
        "bytes": bytes.len(),
        "version": text(header.version),
        "password": text(header.password),
        "instance": numbering.instance,
        "sequence": numbering.sequence,
        "cluster": text(packet.cluster),
        "node": text(packet.node),
        "parameters": parameters.collect::<Vec<_>>(),
        "time": packet.time,
        "trailing": trailing,
    })
}

fn text(bytes: &[u8]) -> Json {
    str::from_utf8(bytes).map_or_else(|_| json!({ "hex": hex(bytes) }), Json::from)
}

fn float(number: f64) -> Json {
    if number.is_finite() { number.into() } else { number.to_string().into() }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|it| char::from_digit(it.into(), 16).unwrap())
        .collect()
}

/// The file without sender, note and error, whose words are those of who wrote it.
fn expected(vector: &Vector) -> Json {
    let mut json = vector.json.clone();
    json.as_object_mut().unwrap().retain(|key, _| !["sender", "note", "error"].contains(&&**key));
    json
}

#[test]
fn sound_packets_decode_to_their_files_and_encode_to_the_same_bytes() {
    let vectors = vectors(false);
    assert_eq!(vectors.len(), 14);
    for vector in vectors {
        let Vector { name, bytes, .. } = &vector;
        let packet = Packet::decode(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(content(bytes, &packet, None), expected(&vector), "{name}");
        let mut encoded = b"before".to_vec();
        packet.encode(&mut encoded);
        assert_eq!(encoded.strip_prefix(b"before"), Some(&bytes[..]), "{name}");
    }
}

#[test]
fn broken_packets_are_rejected_and_read_as_far_as_their_files_say() {
    let vectors = vectors(true);
    assert_eq!(vectors.len(), REJECTED.len());
    for vector in vectors {
        let Vector { name, bytes, .. } = &vector;
        let (_, offset, field, message) = REJECTED.into_iter().find(|it| it.0 == name).unwrap();
        let error = Packet::decode(bytes).unwrap_err();
        assert_eq!((error.offset(), error.field()), (offset, field), "{name}");
        assert_eq!(error.to_string(), message, "{name}");
        let (packet, same) = Packet::decode_lenient(bytes);
        assert_eq!(same, Some(error), "{name}");
        assert_eq!(content(bytes, &packet, same), expected(&vector), "{name}");
    }
}

#[test]
fn the_bits_of_a_nan_are_kept() {
    let vectors = vectors(false);
    let vector = vectors.iter().find(|vector| vector.name == "py-2.2.4-not-finite").unwrap();
    let packet = Packet::decode(&vector.bytes).unwrap();
    let bits = match packet.parameters[0].value {
        Value::F64(number) => number.to_bits(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bits, 0xfff8_0000_0000_0000);
}

/// Of two packets that were sent at once only the first is a vector; it is as full as can be.
#[test]
fn a_packet_cut_anywhere_is_rejected_but_before_its_time() {
    for Vector { name, bytes, json } in vectors(false) {
        let before_time = (!json["time"].is_null()).then(|| bytes.len() - 4);
        for length in 0..bytes.len() {
            let cut = Packet::decode(&bytes[..length]);
            assert_eq!(cut.is_ok(), Some(length) == before_time, "{name} {length}: {cut:?}");
            if let Ok(packet) = cut {
                let whole = Packet::decode(&bytes).unwrap();
                assert_eq!(packet, Packet { time: None, ..whole }, "{name}");
            }
        }
    }
}
