//! Where to listen.

use std::net::SocketAddr;

/// An address with its port.
///
/// # Errors
///
/// Where it is none; a name is none, either.
pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "an address and a port were expected, as in 127.0.0.1:80 or [::1]:80".to_owned()
    })
}
