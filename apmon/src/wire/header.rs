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

/// What packets of a version have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// An instance and a sequence number.
    pub(super) numbering: bool,
    /// Perhaps a time.
    pub(super) time: bool,
}

impl Version {
    /// A version without two numbers counts as the newest one.
    pub(super) fn of(version: &[u8]) -> Self {
        let mut numbers = version.split(|byte| !byte.is_ascii_digit()).map(number);
        let (major, minor) = (numbers.next().flatten(), numbers.next().flatten());
        let version = major.zip(minor).unwrap_or((u32::MAX, u32::MAX));
        Self { numbering: version >= NUMBERED, time: version >= TIMED }
    }
}

/// The number that these digits write, if there are any and it isn't too large.
fn number(digits: &[u8]) -> Option<u32> {
    let (first, others) = digits.split_first()?;
    others.iter().try_fold(u32::from(first - b'0'), |number, digit| {
        number.checked_mul(10)?.checked_add(u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_numbers_of_a_version_decide() {
        for (version, numbering, time) in [
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
            let expected = Version { numbering, time };
            assert_eq!(Version::of(version.as_bytes()), expected, "{version}");
        }
    }

    #[test]
    fn a_version_without_two_numbers_counts_as_the_newest() {
        let newest = Version { numbering: true, time: true };
        for version in ["", "py", "1", "1.", ".1", "1.x", "1..2", "4294967296.0", "1.4294967296"] {
            assert_eq!(Version::of(version.as_bytes()), newest, "{version}");
        }
        assert_eq!(Version::of(b"1.\xe9"), newest);
        assert_eq!(Version::of(b"1.0\xe9"), Version { numbering: false, time: false });
    }
}
