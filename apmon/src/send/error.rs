//! Why nothing is sent.

use std::fmt;
use std::time::SystemTime;

use crate::config::{DestinationError, LoadError, SourceError};

/// Why parameters weren't sent. Nothing of them was, to any destination.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// There was no parameter, or each was left out.
    NothingToSend,
    /// A packet can't have this time.
    TimeOutOfRange(SystemTime),
    /// Cluster and node leave no room for a parameter.
    NamesTooLong,
    /// The sender has no destination.
    NoDestination,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToSend => f.write_str("there is no parameter to send"),
            Self::TimeOutOfRange(time) => {
                let before = "expected a time from 1970 to 2038-01-19, found";
                match time.duration_since(SystemTime::UNIX_EPOCH) {
                    Ok(since) => write!(f, "{before} the Unix time {}", since.as_secs()),
                    Err(_) => write!(f, "{before} one before"),
                }
            }
            Self::NamesTooLong => f.write_str("cluster and node leave no room for a parameter"),
            Self::NoDestination => f.write_str("there is no destination"),
        }
    }
}

impl std::error::Error for SendError {}

/// Why a sender can't be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It has neither a destination nor a source.
    NoDestination,
    /// A text is no source.
    Source(SourceError),
    /// No source has a destination.
    Sources(LoadError),
    /// A text is no destination.
    Destination(DestinationError),
    /// A setting is out of its range.
    OutOfRange {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: u64,
        /// What it may be.
        expected: &'static str,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDestination => f.write_str("there is no destination"),
            Self::Source(error) => error.fmt(f),
            Self::Sources(error) => error.fmt(f),
            Self::Destination(error) => error.fmt(f),
            Self::OutOfRange { setting, found, expected } => {
                write!(f, "{setting}: found {found}, expected {expected}")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl From<DestinationError> for StartError {
    fn from(error: DestinationError) -> Self {
        Self::Destination(error)
    }
}

impl From<SourceError> for StartError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        Self::Sources(error)
    }
}

/// A destination's address isn't known in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    pub(super) destination: String,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: no address is known", self.destination)
    }
}

impl std::error::Error for ConnectError {}
