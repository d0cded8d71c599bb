//! Lines that aren't used, and why.

use std::fmt;

use super::level::Level;

/// The most problems of one source that are kept; the rest is counted.
const MAX_KEPT: usize = 1_000;

/// A line of a source, or a source, that isn't used as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File or URL.
    pub source: String,
    /// From 1; 0 if it isn't about a line.
    pub line: usize,
    /// The line, without a password; may be shortened. Empty if it isn't about a line.
    pub text: String,
    /// What is wrong, and what was expected.
    pub reason: String,
    /// [`Level::Warning`], or [`Level::Notice`] for options that are known and without effect.
    pub level: Level,
}

impl Problem {
    /// A problem that isn't about one of its lines.
    pub(super) const fn of_source(source: String, reason: String) -> Self {
        Self { source, line: 0, text: String::new(), reason, level: Level::Warning }
    }
}

/// `SOURCE:LINE: text: reason`, or `SOURCE: reason`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, line, text, reason, .. } = self;
        match line {
            0 => write!(f, "{source}: {reason}"),
            _ => write!(f, "{source}:{line}: {text}: {reason}"),
        }
    }
}

/// The problems of one source, bounded: a file of nothing but wrong lines mustn't take a hundred
/// times its size.
#[derive(Debug)]
pub struct Problems<'a> {
    source: &'a str,
    kept: Vec<Problem>,
    more: usize,
    level_of_more: Level,
}

impl<'a> Problems<'a> {
    pub const fn of(source: &'a str) -> Self {
        Self { source, kept: Vec::new(), more: 0, level_of_more: Level::Notice }
    }

    /// Adds a line. What it says is only asked for if it is kept.
    pub fn add(&mut self, line: usize, level: Level, describe: impl FnOnce() -> (String, String)) {
        if self.kept.len() < MAX_KEPT {
            let (text, reason) = describe();
            self.kept.push(Problem { source: self.source.to_owned(), line, text, reason, level });
        } else {
            self.more += 1;
            self.level_of_more = self.level_of_more.min(level);
        }
    }

    /// All that were kept, and how many weren't.
    pub fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let reason = format!("{} more lines like these", self.more);
            let problem = Problem::of_source(self.source.to_owned(), reason);
            self.kept.push(Problem { level: self.level_of_more, ..problem });
        }
        self.kept
    }
}
