//! A destination: `host[:port][ password]`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use super::password::Password;
use super::shown::shown;

/// The port if none is given.
pub const DEFAULT_PORT: u16 = 8_884;

/// The most bytes of a name, as in DNS.
const MAX_HOST: usize = 253;

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
    reason: String,
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

impl Destination {
    /// Whether packets for both go to the same port of the same name.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.port == other.port && self.host.eq_ignore_ascii_case(&other.host)
    }
}

/// `host[:port][ password]`: IPv6 addresses in brackets, with or without a zone (`[fe80::1%eth0]`);
/// spaces and tabs around and between the words. The port is 8884 and the password empty unless given.
impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_ascii_whitespace();
        let address = words.next().ok_or_else(|| error("no host"))?;
        let password = words.next().unwrap_or_default();
        let (host, port) = match address.strip_prefix('[') {
            Some(rest) => bracketed(rest)?,
            None => plain(address)?,
        };
        let port = port.map_or(Ok(DEFAULT_PORT), parse_port)?;
        // Only now: with a wrong host or port, the line may be something else altogether.
        if words.next().is_some() {
            return Err(error("found a third word, expected host[:port][ password]"));
        }
        Ok(Self { host, port, password: password.into() })
    }
}

/// Host and port of what follows an opening bracket.
fn bracketed(rest: &str) -> Result<(String, Option<&str>), DestinationError> {
    let (inside, behind) = rest.split_once(']').ok_or_else(|| error("no closing bracket"))?;
    let (address, zone) = match inside.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (inside, None),
    };
    let address: Ipv6Addr = address.parse().map_err(|_| {
        error(format!("expected an IPv6 address in brackets, found \"{}\"", shown(inside)))
    })?;
    let host = match zone {
        None => address.to_string(),
        Some(zone) if is_name(zone) => format!("{address}%{zone}"),
        Some(_) => return Err(error("expected the name of an interface behind %")),
    };
    match behind.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if behind.is_empty() => Ok((host, None)),
        None => Err(error("expected : or nothing behind the closing bracket")),
    }
}

/// Host and port of what has no bracket.
fn plain(address: &str) -> Result<(String, Option<&str>), DestinationError> {
    if address.contains("://") {
        return Err(error("found a URL, expected host[:port][ password]"));
    }
    if is_bare_ipv6(address) {
        return Err(error("an IPv6 address stands in brackets: [2001:db8::7]:8884"));
    }
    let (host, port) = match address.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (address, None),
    };
    if host.is_empty() {
        return Err(error("no host"));
    }
    if !is_name(host) {
        return Err(error(format!("expected the name of a host, found \"{}\"", shown(host))));
    }
    Ok((host.to_owned(), port))
}

/// Whether it is an IPv6 address without brackets, perhaps with a zone or a port, or with a mistake.
fn is_bare_ipv6(address: &str) -> bool {
    let bare = address.split_once('%').map_or(address, |(bare, _)| bare);
    let is_part = |it: char| it.is_ascii_hexdigit() || matches!(it, ':' | '.');
    bare.matches(':').count() > 1 && bare.chars().all(is_part)
}

fn is_name(text: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || matches!(it, '.' | '-' | '_');
    (1..=MAX_HOST).contains(&text.len()) && text.chars().all(is_part)
}

fn parse_port(text: &str) -> Result<u16, DestinationError> {
    // Without the sign that numbers may have.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let port = text.parse().ok().filter(|port| digits && *port > 0);
    port.ok_or_else(|| error(format!("expected a port from 1 to 65535, found \"{}\"", shown(text))))
}

fn error(reason: impl Into<String>) -> DestinationError {
    DestinationError { reason: reason.into() }
}
