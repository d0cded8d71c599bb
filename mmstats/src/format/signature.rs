//! Type signatures: the formats of Python's `struct` module.
//!
//! A signature is an optional byte-order character, then codes, each with an optional repeat count,
//! with white space between them. Without a byte-order character (or with `@`) sizes and alignment
//! are the machine's; with `= < > !` sizes are standard and nothing is aligned. A value may be
//! larger than memory (`1000000000s`): a signature is only measured here, and its components are
//! produced one by one.

use std::fmt;

/// The byte order of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    /// The order of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };
}

/// A parsed type signature: the size of a value and its components.
#[derive(Clone, Copy, Debug)]
pub struct Signature<'a> {
    /// The items, without the byte-order character.
    items: &'a [u8],
    mode: Mode,
    size: usize,
    single: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode {
    order: ByteOrder,
    /// Native sizes and alignment, instead of standard sizes and none.
    native: bool,
}

/// One component of a value: its offset, size and type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// The code of Python's `struct`: `b'Q'`, `b's'`, …
    pub code: u8,
    /// The first byte, counted from the beginning of the value.
    pub offset: usize,
    /// Its size in bytes.
    pub size: usize,
    /// Its byte order.
    pub order: ByteOrder,
}

/// Why a type signature is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureError {
    /// A character that is not a type code, or not one in this mode.
    UnknownCode(u8),
    /// A repeat count without a code after it.
    CountWithoutCode,
    /// The size of the value doesn't fit in a `usize`.
    TooLarge,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnknownCode(code) => write!(f, "unknown type code '{}'", code.escape_ascii()),
            Self::CountWithoutCode => f.write_str("a repeat count without a type code"),
            Self::TooLarge => f.write_str("a size beyond what can be addressed"),
        }
    }
}

impl std::error::Error for SignatureError {}

impl<'a> Signature<'a> {
    /// Parses and measures a signature.
    ///
    /// # Errors
    ///
    /// Returns an error if Python's `struct.calcsize` would raise one.
    pub fn parse(text: &'a [u8]) -> Result<Self, SignatureError> {
        let (mode, items) = Mode::of(text);
        // A fast path for padding and one code: nearly every signature, and readers of many files
        // notice.
        if let [padding @ .., code] = items
            && padding.iter().all(|&byte| byte == b' ')
            && let Some((size, _)) = mode.size_and_align(*code)
        {
            // Padding has no components, a complex number has two.
            let single = (mode == Mode::NATIVE && !b"xFD".contains(code)).then_some(*code);
            return Ok(Self { items, mode, size, single });
        }
        let mut cursor = Cursor::new(items, mode);
        while cursor.next_item()?.is_some() {}
        Ok(Self { items, mode, size: cursor.offset, single: None })
    }

    /// The bytes of one value, as `struct.calcsize` counts them: with the padding between
    /// components, without any after the last.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The code, if there is only one component and it is in the machine's byte order: nearly
    /// always so, and readers of many files notice.
    pub(crate) const fn single(&self) -> Option<u8> {
        self.single
    }

    /// The components in order, without padding (`x`).
    pub fn components(&self) -> Components<'a> {
        Components { cursor: Cursor::new(self.items, self.mode), run: None }
    }

    /// The components of a signature that was parsed before, without measuring it again.
    pub(crate) fn components_of(parsed: &'a [u8]) -> Components<'a> {
        let (mode, items) = Mode::of(parsed);
        Components { cursor: Cursor::new(items, mode), run: None }
    }
}

impl Mode {
    const NATIVE: Self = Self { order: ByteOrder::NATIVE, native: true };

    /// Splits a leading byte-order character from the items.
    fn of(text: &[u8]) -> (Self, &[u8]) {
        let standard = |order| Self { order, native: false };
        match text {
            [b'=', items @ ..] => (standard(ByteOrder::NATIVE), items),
            [b'<', items @ ..] => (standard(ByteOrder::Little), items),
            [b'>' | b'!', items @ ..] => (standard(ByteOrder::Big), items),
            [b'@', items @ ..] | items => (Self::NATIVE, items),
        }
    }

    /// Size and alignment of one item of `code`.
    #[inline]
    fn size_and_align(self, code: u8) -> Option<(usize, usize)> {
        let (standard, native) = match code {
            b'x' | b'c' | b'b' | b'B' | b'?' | b's' | b'p' => (1, (1, 1)),
            b'h' | b'H' | b'e' => (2, (2, 2)),
            b'i' | b'I' => (4, (size_of::<i32>(), align_of::<i32>())),
            b'f' => (4, (4, align_of::<f32>())),
            b'l' | b'L' => (4, (size_of::<isize>(), align_of::<isize>())),
            b'q' | b'Q' => (8, (8, align_of::<u64>())),
            b'd' => (8, (8, align_of::<f64>())),
            b'F' => (8, (8, align_of::<f32>())),
            b'D' => (16, (16, align_of::<f64>())),
            // These exist in native mode only.
            b'n' | b'N' | b'P' if self.native => (0, (size_of::<usize>(), align_of::<usize>())),
            _ => return None,
        };
        Some(if self.native { native } else { (standard, 1) })
    }
}

/// A run of equal components: `3Q`, or one string.
#[derive(Clone, Copy, Debug)]
struct Run {
    code: u8,
    offset: usize,
    /// The size of one component; a string of any length is one component.
    size: usize,
    count: usize,
}

/// Walks the items and tracks the offset.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    items: &'a [u8],
    mode: Mode,
    offset: usize,
}

impl<'a> Cursor<'a> {
    const fn new(items: &'a [u8], mode: Mode) -> Self {
        Self { items, mode, offset: 0 }
    }

    /// The repeat count in front of a code; 1 if there is none.
    #[inline]
    fn take_count(&mut self) -> Result<usize, SignatureError> {
        if !self.items.first().is_some_and(u8::is_ascii_digit) {
            return Ok(1);
        }
        let mut count = None;
        while let [digit @ b'0'..=b'9', rest @ ..] = self.items {
            let value = usize::from(digit - b'0');
            let shifted = count.unwrap_or(0_usize).checked_mul(10);
            count =
                Some(shifted.and_then(|c| c.checked_add(value)).ok_or(SignatureError::TooLarge)?);
            self.items = rest;
        }
        match (count, self.items) {
            (Some(_), []) => Err(SignatureError::CountWithoutCode),
            (count, _) => Ok(count.unwrap_or(1)),
        }
    }

    #[inline]
    fn next_item(&mut self) -> Result<Option<Run>, SignatureError> {
        // The white space that Python's struct skips: unlike Rust's, it includes the vertical tab.
        while let [b' ' | b'\t'..=b'\r', rest @ ..] = self.items {
            self.items = rest;
        }
        if self.items.is_empty() {
            return Ok(None);
        }
        let count = self.take_count()?;
        let code = self.items[0];
        self.items = &self.items[1..];
        let (size, align) =
            self.mode.size_and_align(code).ok_or(SignatureError::UnknownCode(code))?;
        // Every offset is below `isize::MAX`, so this can't overflow. A mask, because parsing would
        // spend most of its time on a division.
        let offset = (self.offset + (align - 1)) & !(align - 1);
        self.offset = size
            .checked_mul(count)
            .and_then(|bytes| offset.checked_add(bytes))
            .filter(|&end| isize::try_from(end).is_ok())
            .ok_or(SignatureError::TooLarge)?;
        let (size, count) = match code {
            b's' | b'p' => (count, 1),
            b'x' => (1, 0),
            _ => (size, count),
        };
        Ok(Some(Run { code, offset, size, count }))
    }
}

/// The components of a signature, in order.
#[derive(Clone, Debug)]
pub struct Components<'a> {
    cursor: Cursor<'a>,
    run: Option<Run>,
}

impl Components<'_> {
    /// The two parts of a complex number are a component each.
    fn split_complex(run: Run) -> Run {
        match run.code {
            b'F' => Run { code: b'f', size: 4, count: run.count * 2, ..run },
            b'D' => Run { code: b'd', size: 8, count: run.count * 2, ..run },
            _ => run,
        }
    }
}

impl Iterator for Components<'_> {
    type Item = Component;

    fn next(&mut self) -> Option<Component> {
        loop {
            if let Some(run) = self.run.as_mut().filter(|run| run.count > 0) {
                let component = Component {
                    code: run.code,
                    offset: run.offset,
                    size: run.size,
                    order: self.cursor.mode.order,
                };
                run.offset += run.size;
                run.count -= 1;
                return Some(component);
            }
            // The signature was parsed before, so this can't fail.
            self.run = Some(Self::split_complex(self.cursor.next_item().ok()??));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(text: &str) -> Result<usize, SignatureError> {
        Signature::parse(text.as_bytes()).map(|signature| signature.size())
    }

    /// What `struct.calcsize` gives in CPython on this kind of machine.
    #[test]
    #[cfg(all(target_pointer_width = "64", target_endian = "little"))]
    fn sizes_are_python_s() {
        for (text, expected) in [
            ("", 0),
            ("x", 1),
            ("c", 1),
            ("b", 1),
            ("B", 1),
            ("?", 1),
            ("h", 2),
            ("H", 2),
            ("e", 2),
            ("i", 4),
            ("I", 4),
            ("f", 4),
            ("l", 8),
            ("L", 8),
            ("q", 8),
            ("Q", 8),
            ("n", 8),
            ("N", 8),
            ("P", 8),
            ("d", 8),
            ("F", 8),
            ("D", 16),
            ("<l", 4),
            ("=L", 4),
            (">q", 8),
            ("!d", 8),
            ("<D", 16),
            ("255s", 255),
            ("10p", 10),
            ("0s", 0),
            ("0Q", 0),
            ("bQ", 16),
            ("Qb", 9),
            ("<bQ", 9),
            ("b0Q", 8),
            ("bhi", 8),
            ("   Q", 8),
            (" b \t Q", 16),
            ("3Q", 24),
            ("64sQ", 72),
            ("255sQ", 264),
            ("ddQQ", 32),
            ("@bh", 4),
            ("4x", 4),
            ("1000000000s", 1_000_000_000),
            ("00000002H", 4),
            ("b3D", 56),
        ] {
            assert_eq!(size(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn what_python_refuses_is_an_error() {
        use SignatureError::{CountWithoutCode, TooLarge, UnknownCode};
        for (text, error) in [
            ("z", UnknownCode(b'z')),
            (" <Q", UnknownCode(b'<')),
            ("<P", UnknownCode(b'P')),
            ("=n", UnknownCode(b'n')),
            ("3", CountWithoutCode),
            ("Q12", CountWithoutCode),
            ("3 Q", UnknownCode(b' ')),
            ("99999999999999999999Q", TooLarge),
            ("9223372036854775807Q", TooLarge),
            ("9223372036854775807sQ", TooLarge),
            ("Q\0", UnknownCode(0)),
        ] {
            assert_eq!(size(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn components_know_their_offsets() {
        let signature = Signature::parse(b" b 2H 3x5sQ").unwrap();
        let offsets: Vec<_> = signature.components().map(|c| (c.code, c.offset, c.size)).collect();
        assert_eq!(
            offsets,
            [(b'b', 0, 1), (b'H', 2, 2), (b'H', 4, 2), (b's', 9, 5), (b'Q', 16, 8)]
        );
        assert_eq!(signature.size(), 24);
    }

    #[test]
    fn a_complex_number_is_two_components() {
        let codes: Vec<_> =
            Signature::parse(b"<2F").unwrap().components().map(|c| (c.code, c.offset)).collect();
        assert_eq!(codes, [(b'f', 0), (b'f', 4), (b'f', 8), (b'f', 12)]);
    }

    #[test]
    fn a_byte_order_character_sets_the_order() {
        for (text, order) in [
            ("<H", ByteOrder::Little),
            (">H", ByteOrder::Big),
            ("!H", ByteOrder::Big),
            ("=H", ByteOrder::NATIVE),
            ("@H", ByteOrder::NATIVE),
            ("H", ByteOrder::NATIVE),
        ] {
            let signature = Signature::parse(text.as_bytes()).unwrap();
            assert_eq!(signature.components().next().unwrap().order, order);
        }
    }
}
