//! The password that packets must have.

use std::fmt;
use std::hint::black_box;

use apmon::config::Password;

/// A password that others are compared with.
pub struct Expected(Box<[u8]>);

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expected(…)")
    }
}

impl Expected {
    /// Expects this one.
    pub fn new(password: &Password) -> Self {
        Self(trim(password.reveal().as_bytes()).into())
    }

    /// Whether a packet has it. As in MonALISA, spaces and control characters around both don't count.
    ///
    /// The time that it takes depends only on the length of what was found: nobody learns how much of
    /// a guess is right.
    pub fn is(&self, found: &[u8]) -> bool {
        let found = trim(found);
        let expected = self.0.iter().cycle();
        let differing = found.iter().zip(expected).fold(0, |all, (a, b)| black_box(all | (a ^ b)));
        black_box(differing == 0) & (found.len() == self.0.len())
    }
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [0..=b' ', rest @ ..] | [rest @ .., 0..=b' '] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_is_right() {
        let expected = Expected::new(&" secret".into());
        for (found, is_right) in [
            (&b"secret"[..], true),
            (b" secret\0\r\n", true),
            (b"", false),
            (b"secre", false),
            (b"xecret", false),
            (b"secreT", false),
            (b"secretsecret", false),
            (b"s ecret", false),
        ] {
            assert_eq!(expected.is(found), is_right, "{found:?}");
        }
    }
}
