//! A packet as JSON.

use apmon::wire::{DecodeError, Field, Packet, Parameter, Value};
use serde::{Serialize, Serializer};

use super::hex::Hex;

/// The fields of a packet, for [`mmstats_cli::json`]. Other structs flatten it behind their own.
///
/// Each packet has all keys; what is absent is null. A text that isn't UTF-8 is an object with its
/// bytes as `hex`. Numbers are exact: an `f32` has the digits of the `f64` with the same value, since
/// that is what most readers of JSON parse. `"NaN"`, `"inf"` and `"-inf"` are texts, as JSON lacks
/// them.
#[derive(Clone, Debug, Serialize)]
pub struct JsonPacket<'a> {
    bytes: usize,
    version: Option<Text<'a>>,
    instance: Option<i32>,
    sequence: Option<i32>,
    cluster: Option<Text<'a>>,
    node: Option<Text<'a>>,
    #[serde(serialize_with = "serialize_parameters")]
    parameters: &'a [Parameter<'a>],
    time: Option<i32>,
    trailing: Option<Hex<'a>>,
    error: Option<Reason>,
}

impl<'a> JsonPacket<'a> {
    /// What was decoded from `bytes`, as far as the error if there is one.
    pub fn new(bytes: &'a [u8], packet: &'a Packet<'a>, error: Option<DecodeError>) -> Self {
        let numbering = packet.header.and_then(|header| header.numbering);
        let field = error.map(|error| error.field());
        let has_cluster = !matches!(
            field,
            Some(Field::Header | Field::Instance | Field::Sequence | Field::Cluster)
        );
        let has_node = has_cluster && field != Some(Field::Node);
        let trailing = error.filter(|error| error.field() == Field::Time);
        Self {
            bytes: bytes.len(),
            version: packet.header.map(|header| Text(header.version)),
            instance: numbering.map(|numbering| numbering.instance),
            sequence: numbering.map(|numbering| numbering.sequence),
            cluster: has_cluster.then_some(Text(packet.cluster)),
            node: has_node.then_some(Text(packet.node)),
            parameters: &packet.parameters,
            time: packet.time,
            trailing: trailing.map(|error| Hex(&bytes[error.offset()..])),
            error: error.map(Reason),
        }
    }
}

/// Name, type and value of each: `["load", 5, 0.5]`.
fn serialize_parameters<S: Serializer>(
    parameters: &[Parameter<'_>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(
        parameters
            .iter()
            .map(|Parameter { name, value }| (Text(name), value.type_number(), JsonValue(*value))),
    )
}

/// A sentence.
#[derive(Clone, Copy, Debug)]
struct Reason(DecodeError);

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct JsonValue<'a>(Value<'a>);

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Text(text) => Text(text).serialize(serializer),
            Value::I32(number) => serializer.serialize_i32(number),
            Value::I64(number) => serializer.serialize_i64(number),
            Value::F32(number) => serialize_float(number.into(), serializer),
            Value::F64(number) => serialize_float(number, serializer),
        }
    }
}

fn serialize_float<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        serializer.serialize_f64(number)
    } else {
        // `NaN`, `inf`, `-inf`.
        serializer.collect_str(&number)
    }
}

/// A text, or the bytes of one that isn't UTF-8.
#[derive(Clone, Copy, Debug)]
struct Text<'a>(&'a [u8]);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct NoText<'a> {
            hex: Hex<'a>,
        }
        match str::from_utf8(self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => NoText { hex: Hex(self.0) }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use apmon::wire::{Header, Numbering};
    use mmstats_cli::escape::is_harmful;

    use super::*;

    fn json(bytes: &[u8], packet: &Packet<'_>) -> String {
        mmstats_cli::json::text(&JsonPacket::new(bytes, packet, None))
    }

    #[test]
    fn every_key_is_there_in_order_but_the_password() {
        let numbering = Some(Numbering { instance: -5, sequence: 7 });
        let header = Header { version: b"2.2.4-py", password: b"secret", numbering };
        let packet = Packet {
            header: Some(header),
            cluster: b"Shop",
            node: b"",
            parameters: vec![Parameter::new("orders", 17)],
            time: Some(-1),
        };
        let expected = r#"{"bytes":3,"version":"2.2.4-py","instance":-5,"sequence":7,"cluster":"Shop","node":"","parameters":[["orders",2,17]],"time":-1,"trailing":null,"error":null}"#;
        assert_eq!(json(b"...", &packet), expected);
    }

    #[test]
    fn without_a_header_its_keys_are_null() {
        let expected = r#"{"bytes":0,"version":null,"instance":null,"sequence":null,"cluster":"","node":"","parameters":[],"time":null,"trailing":null,"error":null}"#;
        assert_eq!(json(b"", &Packet::default()), expected);
    }

    #[test]
    fn values_are_exact() {
        for (value, expected) in [
            (Value::I64(i64::MIN), "-9223372036854775808"),
            (Value::F32(0.1), "0.10000000149011612"),
            (Value::F64(-0.0), "-0.0"),
            (Value::F64(5e-324), "5e-324"),
            (Value::F64(f64::NAN), r#""NaN""#),
            (Value::F64(-f64::NAN), r#""NaN""#),
            (Value::F32(f32::NEG_INFINITY), r#""-inf""#),
            (Value::F64(f64::INFINITY), r#""inf""#),
            (Value::Text(b"caf\xe9"), r#"{"hex":"636166e9"}"#),
            (Value::Text(b"NaN\x1b\"\xc2\x9b"), r#""NaN\u001b\"\u009b""#),
        ] {
            let packet = Packet {
                parameters: vec![Parameter { name: b"\x7fx", value }],
                ..Packet::default()
            };
            let written = json(b"", &packet);
            assert!(!written.contains(is_harmful), "{written}");
            let parameter = format!(r#"[["\u007fx",{},{expected}]]"#, value.type_number());
            assert!(written.contains(&parameter), "{written} lacks {parameter}");
        }
    }

    #[test]
    fn what_an_error_hides_is_null() {
        // Nothing, half a cluster, no node, half a count, three bytes behind the last parameter.
        let bytes = b"\0\0\0\x01c\0\0\0\0\0\0\0\0\0\0\0...";
        for (length, cluster, node, trailing) in [
            (0, "null", "null", "null"),
            (5, "null", "null", "null"),
            (8, r#""c""#, "null", "null"),
            (14, r#""c""#, r#""""#, "null"),
            (19, r#""c""#, r#""""#, r#""2e2e2e""#),
        ] {
            let bytes = &bytes[..length];
            let (packet, error) = Packet::decode_lenient(bytes);
            let error = error.expect("it is cut short");
            let written = mmstats_cli::json::text(&JsonPacket::new(bytes, &packet, Some(error)));
            let expected = format!(
                r#"{{"bytes":{length},"version":null,"instance":null,"sequence":null,"cluster":{cluster},"node":{node},"parameters":[],"time":null,"trailing":{trailing},"error":"{error}"}}"#
            );
            assert_eq!(written, expected);
        }
    }
}
