//! What can become of a packet and of a parameter.

use std::fmt;

/// What became of a packet to one destination. Each packet has one fate for each destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Sent,
    RateLimited,
    QueueFull,
    NoAddress,
    Refused,
    WouldBlock,
    TooLarge,
    Unreachable,
    Failed,
    Abandoned,
}

pub(super) const FATES: usize = Fate::Abandoned as usize + 1;

/// Why a parameter is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeftOut {
    NoName,
    NotFinite,
    TooLarge,
}

pub(super) const REASONS: usize = LeftOut::TooLarge as usize + 1;

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoName => "it has no name",
            Self::NotFinite => "it is not finite",
            Self::TooLarge => "no packet can hold it",
        })
    }
}
