//! A password, which is never shown.

use std::fmt;

/// What a destination asks for; may be empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Password(Box<str>);

impl Password {
    /// The text, for a packet.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "none" } else { "…" })
    }
}
