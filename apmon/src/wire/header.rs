//! Version, password and numbers: who sends.

/// What a packet says about its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// For example `2.2.4-py`: numbers with dots, then the language of the sender. The first two
    /// numbers decide what else a packet has.
    pub version: &'a [u8],
    /// May be empty.
    pub password: &'a [u8],
    /// Since version 2.2.
    pub numbering: Option<Numbering>,
}

/// A packet's number, and whose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Numbering {
    /// Chosen at random by each sender.
    pub instance: i32,
    /// Of this sender to this destination.
    pub sequence: i32,
}

/// The bytes of instance and sequence number.
pub(crate) const NUMBERS: usize = 8;
/// Since when packets have an instance and a sequence number, and since when a time.
const NUMBERED: (u32, u32) = (2, 2);
const TIMED: (u32, u32) = (1, 6);

impl<'a> Header<'a> {
    /// Splits the string that begins a packet into version and password; `None` if it is no header.
    pub(super) fn split(text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let version = text.strip_prefix(b"v:")?;
        let end = version.windows(2).position(|two| two == b"p:")?;
        Some((&version[..end], &version[end + 2..]))
    }
}

/// Whether packets of this version have an instance and a sequence number.
pub(super) fn is_numbered(version: &[u8]) -> bool {
    is_since(version, NUMBERED)
}

/// Whether packets of this version may have a time.
pub(super) fn is_timed(version: &[u8]) -> bool {
    is_since(version, TIMED)
}

/// A version without two numbers counts as the newest one.
fn is_since(version: &[u8], first: (u32, u32)) -> bool {
    let mut numbers = version.split(|byte| !byte.is_ascii_digit()).map(|digits| {
        let digits = std::str::from_utf8(digits).ok()?;
        digits.parse::<u32>().ok()
    });
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= first,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_numbers_of_a_version_decide() {
        for (version, numbered, timed) in [
            ("2.2.4-py", true, true),
            ("2.17.02-py", true, true),
            ("2.2", true, true),
            ("3.0", true, true),
            ("10.1", true, true),
            ("2.1.9_cpp", false, true),
            ("1.16", false, true),
            ("1.6", false, true),
            ("1.5.9", false, false),
            ("0.9", false, false),
        ] {
            let found = (is_numbered(version.as_bytes()), is_timed(version.as_bytes()));
            assert_eq!(found, (numbered, timed), "{version}");
        }
    }

    #[test]
    fn a_version_without_two_numbers_counts_as_the_newest() {
        for version in ["", "py", "1", "1.", ".1", "1.x", "1..2", "4294967296.0", "1.4294967296"] {
            assert!(is_numbered(version.as_bytes()) && is_timed(version.as_bytes()), "{version}");
        }
        assert!(is_numbered(b"1.\xe9") && !is_timed(b"1.0\xe9"));
    }
}
