//! A destination: `host[:port][ password]`.

use std::fmt;
use std::str::FromStr;

use super::password::Password;

/// The port if none is given.
pub const DEFAULT_PORT: u16 = 8_884;

/// Where packets are sent, and the password they carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// A name or an address; an IPv6 address without brackets.
    pub host: String,
    /// From 1.
    pub port: u16,
    /// May be empty.
    pub password: Password,
}

/// Why a text is no destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationError {
    /// What is wrong, and what was expected; never the password.
    pub(super) reason: String,
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for DestinationError {}

/// `host:port`, without the password.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, password) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "8884"));
        let port = port.parse().map_err(|_| DestinationError { reason: "no port".to_owned() })?;
        Ok(Self { host: host.to_owned(), port, password: password.trim().into() })
    }
}
