//! A line that isn't used, and why.

use std::fmt;

use super::options::Level;

/// A line of a source that isn't used as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File or URL.
    pub source: String,
    /// From 1.
    pub line: usize,
    /// The line, without a password; may be shortened.
    pub text: String,
    /// What is wrong, and what was expected.
    pub reason: String,
    /// [`Level::Warning`], or [`Level::Notice`] for options that are known and without effect.
    pub level: Level,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, line, text, reason, .. } = self;
        write!(f, "{source}:{line}: {text}: {reason}")
    }
}
