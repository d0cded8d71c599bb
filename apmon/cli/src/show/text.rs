//! A packet as text, safe on a terminal.
//!
//! Texts of parameters are always quoted. Names, clusters and nodes are quoted only if they have
//! anything but letters, digits and `._:/@#%+-`, so that no packet's line reads like another one's.
//! Bytes that aren't UTF-8 are `\xe9`. Numbers are exact; floats always have a point or an exponent,
//! integers never do.

use std::fmt::Display;
use std::io::Write;

use apmon::wire::{DecodeError, Field, Packet, Parameter, Value};
use jiff::Timestamp;
use mmstats_cli::escape::escape;
use mmstats_cli::number::{push_exact, push_signed};

use super::hex::Hex;

/// Appends a packet as a line, without its end: cluster, node, parameters, time.
///
/// `Shop web-1 orders=17 load=0.5 state="open" 2026-11-21T10:00:00Z`
pub fn push_line(out: &mut Vec<u8>, packet: &Packet<'_>) {
    push_name(out, packet.cluster);
    out.push(b' ');
    push_name(out, packet.node);
    for Parameter { name, value } in &packet.parameters {
        out.push(b' ');
        push_name(out, name);
        out.push(b'=');
        push_value(out, value);
    }
    if let Some(time) = packet.time {
        out.push(b' ');
        push_time(out, time);
    }
}

/// Appends lines with everything that was decoded from `bytes` but the password, and with the error
/// at which that ended, if there is one. Parameters have their types.
pub fn push_lines(
    out: &mut Vec<u8>,
    bytes: &[u8],
    packet: &Packet<'_>,
    error: Option<&DecodeError>,
) {
    push_field(out, "bytes", |out| push(out, bytes.len()));
    if let Some(header) = packet.header {
        push_field(out, "version", |out| push_name(out, header.version));
        if let Some(numbering) = header.numbering {
            push_field(out, "instance", |out| push(out, numbering.instance));
            push_field(out, "sequence", |out| push(out, numbering.sequence));
        }
    }
    push_field(out, "cluster", |out| push_name(out, packet.cluster));
    push_field(out, "node", |out| push_name(out, packet.node));
    push_field(out, "parameters", |out| push(out, packet.parameters.len()));
    for Parameter { name, value } in &packet.parameters {
        push(out, format_args!("    {:5}", type_name(value)));
        push_name(out, name);
        out.push(b'=');
        push_value(out, value);
        out.push(b'\n');
    }
    if let Some(time) = packet.time {
        push_field(out, "time", |out| push_time(out, time));
    }
    if let Some(error) = error {
        push_field(out, "error", |out| push(out, error));
        if error.field() == Field::Time {
            push_field(out, "trailing", |out| push(out, Hex(&bytes[error.offset()..])));
        }
    }
}

fn push_field(out: &mut Vec<u8>, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
    push(out, format_args!("  {name:11}"));
    value(out);
    out.push(b'\n');
}

fn type_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Text(_) => "text",
        Value::I32(_) => "i32",
        Value::I64(_) => "i64",
        Value::F32(_) => "f32",
        Value::F64(_) => "f64",
    }
}

fn push_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match *value {
        Value::Text(text) => push_quoted(out, text),
        Value::I32(number) => push_signed(out, number.into(), None),
        Value::I64(number) => push_signed(out, number, None),
        // With its own digits: 0.1, not those of the nearest f64.
        Value::F32(number) => push(out, format_args!("{number:?}")),
        Value::F64(number) => push_exact(out, number),
    }
}

/// As RFC 3339. No second of an `i32` is out of range.
fn push_time(out: &mut Vec<u8>, time: i32) {
    match Timestamp::from_second(time.into()) {
        Ok(time) => push(out, time),
        Err(_) => push(out, time),
    }
}

fn push_name(out: &mut Vec<u8>, name: &[u8]) {
    let is_plain = |character: char| character.is_alphanumeric() || "._:/@#%+-".contains(character);
    match str::from_utf8(name) {
        Ok(name) if !name.is_empty() && name.chars().all(is_plain) => {
            out.extend_from_slice(escape(name).as_bytes());
        }
        _ => push_quoted(out, name),
    }
}

fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        for part in chunk.valid().split_inclusive(['"', '\\']) {
            let plain = part.trim_end_matches(['"', '\\']);
            out.extend_from_slice(escape(plain).as_bytes());
            if let [quote] = part.as_bytes()[plain.len()..] {
                out.extend_from_slice(&[b'\\', quote]);
            }
        }
        for byte in chunk.invalid() {
            push(out, format_args!("\\x{byte:02x}"));
        }
    }
    out.push(b'"');
}

fn push(out: &mut Vec<u8>, value: impl Display) {
    write!(out, "{value}").expect("a Vec takes everything");
}

#[cfg(test)]
mod tests {
    use apmon::wire::{Header, Numbering};
    use mmstats_cli::escape::is_harmful;

    use super::*;

    fn packet() -> Packet<'static> {
        let numbering = Some(Numbering { instance: 4711, sequence: 1 });
        Packet {
            header: Some(Header { version: b"2.2.4-py", password: b"secret", numbering }),
            cluster: b"Shop",
            node: b"web-1",
            parameters: vec![
                Parameter::new("orders", 17),
                Parameter::new("load", 0.5),
                Parameter::new("state", "open"),
            ],
            time: Some(1_795_255_200),
        }
    }

    fn line(packet: &Packet<'_>) -> String {
        let mut out = Vec::new();
        push_line(&mut out, packet);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_has_what_a_packet_says() {
        let expected = r#"Shop web-1 orders=17 load=0.5 state="open" 2026-11-21T10:00:00Z"#;
        assert_eq!(line(&packet()), expected);
        assert_eq!(line(&Packet::default()), r#""" """#);
    }

    #[test]
    fn lines_have_all_but_the_password() {
        let mut out = Vec::new();
        let error = Packet::decode(b"\0\0\0\0\0\0\0\0\0\0\0\0xyz").unwrap_err();
        push_lines(&mut out, b"\0\0\0\0\0\0\0\0\0\0\0\0xyz", &packet(), Some(&error));
        let expected = "  bytes      15
  version    2.2.4-py
  instance   4711
  sequence   1
  cluster    Shop
  node       web-1
  parameters 3
    i32  orders=17
    f64  load=0.5
    text state=\"open\"
  time       2026-11-21T10:00:00Z
  error      time at byte 12: found 3 bytes, expected none
  trailing   78797a
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn numbers_are_exact_and_floats_are_no_integers() {
        for (value, expected) in [
            (Value::I64(i64::MIN), "-9223372036854775808"),
            (Value::F64(3.0), "3.0"),
            (Value::F64(-0.0), "-0.0"),
            (Value::F64(10.688_836_104_513_063), "10.688836104513063"),
            (Value::F64(1e300), "1e300"),
            (Value::F32(0.1), "0.1"),
            (Value::F64(f64::NAN), "NaN"),
            (Value::F32(f32::NEG_INFINITY), "-inf"),
        ] {
            let mut out = Vec::new();
            push_value(&mut out, &value);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn no_text_reads_like_another() {
        for (name, expected) in [
            (&b"wn001.example.org"[..], "wn001.example.org"),
            ("température".as_bytes(), "température"),
            (b"a b=1", r#""a b=1""#),
            (b"a=\"b\"", r#""a=\"b\"""#),
            (b"\"", r#""\"""#),
            (b"\\xe9\\", r#""\\xe9\\""#),
            (b"caf\xe9\"", r#""caf\xe9\"""#),
            (b"\x1b[2J\n", r#""\x1b[2J\n""#),
            ("\u{202e}".as_bytes(), r#""\u{202e}""#),
            (b"", r#""""#),
        ] {
            let mut out = Vec::new();
            push_name(&mut out, name);
            let text = String::from_utf8(out).unwrap();
            assert!(!text.contains(is_harmful));
            assert_eq!(text, expected);
        }
    }
}
