//! Version, password and numbers: who sends.

/// What a packet says about its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// For example `2.2.4-py`: numbers with dots, then the language of the sender.
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
