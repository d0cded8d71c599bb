//! Packets to send.

use std::fs;
use std::path::Path;

use apmon::wire::{Header, Numbering, Packet, Parameter};

/// A packet with this number, of this instance.
pub fn numbered(instance: i32, sequence: i32) -> Vec<u8> {
    let numbering = Some(Numbering { instance, sequence });
    encoded(Some(Header { version: b"2.2.4-rsp", password: b"", numbering }))
}

/// A packet with this password.
pub fn with_password(password: &[u8]) -> Vec<u8> {
    let numbering = Some(Numbering { instance: 1, sequence: 1 });
    encoded(Some(Header { version: b"2.2.4-rsp", password, numbering }))
}

/// A packet with this header.
pub fn encoded(header: Option<Header<'_>>) -> Vec<u8> {
    let parameters = vec![Parameter::new("orders", 17), Parameter::new("load", 0.5)];
    let packet = Packet { header, cluster: b"Shop", node: b"web-1", parameters, time: None };
    let mut bytes = Vec::new();
    packet.encode(&mut bytes);
    bytes
}

/// The packets of real senders, sorted by their names: name, bytes, and what they say.
pub fn vectors() -> Vec<(String, Vec<u8>, serde_json::Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "bin")).collect();
    paths.sort();
    let vector = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let says = fs::read(path.with_extension("json")).unwrap();
        (name, fs::read(path).unwrap(), serde_json::from_slice(&says).unwrap())
    };
    let vectors: Vec<_> = paths.iter().map(vector).collect();
    assert_eq!(vectors.len(), 17);
    vectors
}
