//! Addresses to listen on.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use crate::escape::escape_path;

/// What a server listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port.
    Address(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

impl Listen {
    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Address(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }

    /// What a client connects to: `http://ADDRESS:PORT/`, or `unix:PATH`, which isn't a URL.
    pub fn url(&self) -> String {
        match self {
            Self::Address(_) => format!("http://{self}/"),
            Self::Unix(_) => self.to_string(),
        }
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

/// As in an argument, with the path escaped.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", escape_path(path)),
        }
    }
}

/// Parses what [`parse_address`] accepts, or `unix:PATH`.
///
/// # Errors
///
/// Returns what was expected if the text is neither.
pub fn parse_listen(text: &OsStr) -> Result<Listen, String> {
    if let Some(path) = text.as_bytes().strip_prefix(b"unix:").filter(|path| !path.is_empty()) {
        return Ok(Listen::Unix(OsString::from_vec(path.to_owned()).into()));
    }
    let address = text.to_str().and_then(address);
    address.map(Listen::Address).ok_or_else(|| format!("{EXPECTED}, or unix:PATH"))
}

/// Parses an address and its port, or a port alone, which is on 127.0.0.1. `localhost` is that
/// address, too, whatever it resolves to, as for programs that send to kodemon.
///
/// # Errors
///
/// Returns what was expected if the text is anything else; other names aren't resolved.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    address(text).ok_or_else(|| EXPECTED.to_owned())
}

const EXPECTED: &str = "expected a port or an address and a port, such as 5002, 127.0.0.1:5002, \
                        [::1]:5002 or localhost:5002";

fn address(text: &str) -> Option<SocketAddr> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    let local = port.parse().ok().map(|port: u16| (Ipv4Addr::LOCALHOST, port).into());
    local.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_and_localhost_are_on_127_0_0_1() {
        for (text, expected) in [
            ("5002", "127.0.0.1:5002"),
            ("localhost:0", "127.0.0.1:0"),
            ("0.0.0.0:5002", "0.0.0.0:5002"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(parse_address(text), Ok(expected.parse().unwrap()), "{text}");
        }
        for text in ["", "70000", ":80", "localhost", "127.0.0.1", "stats.example:80", "::1:80"] {
            assert_eq!(parse_address(text), Err(EXPECTED.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_path_of_any_bytes_is_a_socket() {
        let path = OsString::from_vec(b"/run/\xff\x1b".to_vec());
        let mut text = OsString::from("unix:");
        text.push(&path);
        let listen = parse_listen(&text).unwrap();
        assert_eq!(listen, Listen::Unix(path.into()));
        assert!(listen.is_local() && !listen.url().contains('\x1b'), "{listen}");
        assert!(parse_listen("unix:".as_ref()).unwrap_err().ends_with("unix:PATH"));
        assert_eq!(parse_listen("5002".as_ref()).unwrap().url(), "http://127.0.0.1:5002/");
    }
}
