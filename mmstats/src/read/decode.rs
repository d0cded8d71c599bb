//! Decodes the bytes of a component.

use std::borrow::Cow;

use super::Value;
use crate::format::integer::{signed, unsigned};
use crate::format::{Component, lossy, until_nul};

/// The value of a component in `bytes`, which are one value of its signature.
#[inline]
pub(super) fn decode<'a>(bytes: &'a [u8], component: &Component) -> Value<'a> {
    let bytes = &bytes[component.offset..component.offset + component.size];
    match component.code {
        b'?' => Value::Bool(bytes.iter().any(|&byte| byte != 0)),
        b'b' | b'h' | b'i' | b'l' | b'q' | b'n' => Value::Signed(signed(bytes, component.order)),
        b'B' | b'H' | b'I' | b'L' | b'Q' | b'N' | b'P' => {
            Value::Unsigned(unsigned(bytes, component.order))
        }
        b'e' => Value::Float(half(unsigned(bytes, component.order) as u16)),
        b'f' => Value::Float(f32::from_bits(unsigned(bytes, component.order) as u32).into()),
        b'd' => Value::Float(f64::from_bits(unsigned(bytes, component.order))),
        b's' | b'c' => Value::Text(text(bytes)),
        b'p' => Value::Text(text(counted(bytes))),
        _ => Value::Bytes(bytes),
    }
}

/// A 16-bit IEEE 754 number, for which Rust has no stable type.
fn half(bits: u16) -> f64 {
    let exponent = bits >> 10 & 0x1f;
    let fraction = u64::from(bits & 0x3ff);
    // `powi` isn't guaranteed to be exact; a quotient of powers of two is.
    let smallest_times = |count: u64| count as f64 / f64::from(1 << 24);
    let size = match exponent {
        0 => smallest_times(fraction),
        0x1f if fraction == 0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => smallest_times((1024 + fraction) << (exponent - 1)),
    };
    if bits >> 15 == 0 { size } else { -size }
}

/// The text of a field up to its first NUL, as the original's readers show it.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    lossy(until_nul(bytes))
}

/// The content of a Pascal string: its first byte is the length.
fn counted(bytes: &[u8]) -> &[u8] {
    match bytes.split_first() {
        Some((&size, rest)) => &rest[..rest.len().min(size.into())],
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Signature;

    fn first<'a>(signature: &str, bytes: &'a [u8]) -> Value<'a> {
        let component = Signature::parse(signature.as_bytes()).unwrap().components().next();
        decode(bytes, &component.unwrap())
    }

    #[test]
    fn every_code_has_its_value() {
        for (signature, bytes, value) in [
            ("<b", &[0x9c][..], Value::Signed(-100)),
            ("<B", &[0x9c], Value::Unsigned(156)),
            ("<h", &[0, 0x80], Value::Signed(-32768)),
            ("<H", &[0, 0x80], Value::Unsigned(32768)),
            (">H", &[0, 0x80], Value::Unsigned(128)),
            ("<i", &[0xff; 4], Value::Signed(-1)),
            ("!I", &[0, 0, 1, 2], Value::Unsigned(258)),
            (">l", &[0xff, 0xff, 0xff, 0xfe], Value::Signed(-2)),
            ("<q", &[0xff; 8], Value::Signed(-1)),
            (">Q", &[0, 0, 0, 0, 0, 0, 1, 0], Value::Unsigned(256)),
            ("<L", &[1, 0, 0, 0], Value::Unsigned(1)),
            ("<f", &[0, 0, 0xc0, 0x3f], Value::Float(1.5)),
            (">d", &[0x40, 9, 0, 0, 0, 0, 0, 0], Value::Float(3.125)),
            ("<F", &[0, 0, 0xc0, 0x3f, 0, 0, 0, 0], Value::Float(1.5)),
            ("?", &[0], Value::Bool(false)),
            ("?", &[2], Value::Bool(true)),
            ("c", b"x", Value::Text("x".into())),
            ("6s", b"ab\0cd\0", Value::Text("ab".into())),
            ("2s", b"ab", Value::Text("ab".into())),
            ("3s", b"a\xffb", Value::Text("a\u{fffd}b".into())),
            ("0s", b"", Value::Text("".into())),
            ("4p", b"\x02abc", Value::Text("ab".into())),
            ("4p", b"\xffabc", Value::Text("abc".into())),
            ("0p", b"", Value::Text("".into())),
        ] {
            assert_eq!(first(signature, bytes), value, "{signature} {bytes:?}");
        }
        assert_eq!(first("n", &(-5_isize).to_ne_bytes()), Value::Signed(-5));
        assert_eq!(first("P", &7_usize.to_ne_bytes()), Value::Unsigned(7));
    }

    #[test]
    fn half_floats() {
        for (bits, value) in [
            (0x3c00_u16, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 1.0 / 16_384.0),
            (0x0001, 1.0 / 16_777_216.0),
            (0x0000, 0.0),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(first("<e", &bits.to_le_bytes()), Value::Float(value), "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan());
    }
}
