//! Why an export ends before its end.

use std::fmt;
use std::io;

/// What went wrong.
#[derive(Debug)]
pub enum Failure {
    /// The output can't be written, which may be since nobody reads it.
    Output(io::Error),
    /// Anything else, as it is reported.
    Message(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => error.fmt(f),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}
