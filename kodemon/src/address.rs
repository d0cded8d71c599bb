//! Resolves a host and connects a socket to it.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

/// A socket connected to the first reachable address of the host. If the host is a name, this may
/// take a while.
pub(crate) fn connect(host: &str, port: u16) -> io::Result<UdpSocket> {
    let addresses = match literal(host) {
        Some(ip) => vec![SocketAddr::new(ip, port)],
        None => ipv4_first((host, port).to_socket_addrs()?),
    };
    let mut result = Err(io::Error::new(ErrorKind::NotFound, "the name has no address"));
    for address in addresses {
        result = open(address);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// The address, if the host is one or is `localhost`; these need no name service.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bracketed.unwrap_or(host).parse().ok()
}

/// Sorts IPv4 addresses first: a server that listens on only one of the two uses IPv4.
fn ipv4_first(addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses
}

/// A non-blocking socket that is connected to this address.
fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn addresses_and_localhost_need_no_name_service() {
        for (host, ip) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::1", Some("::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("localhost", Some("127.0.0.1")),
            ("LocalHost", Some("127.0.0.1")),
            ("127.1", None),
            ("[::1", None),
            ("stats.example", None),
        ] {
            assert_eq!(literal(host), ip.map(|ip| ip.parse().unwrap()), "{host}");
        }
    }

    #[test]
    fn ipv4_addresses_come_first_in_their_order() {
        let found = ["[::1]:1", "192.0.2.2:1", "[::2]:1", "192.0.2.1:1"];
        let ordered = ipv4_first(found.iter().map(|address| address.parse().unwrap()));
        let ordered: Vec<_> = ordered.iter().map(ToString::to_string).collect();
        assert_eq!(ordered, ["192.0.2.2:1", "192.0.2.1:1", "[::1]:1", "[::2]:1"]);
    }

    /// A send to this machine never blocks, so no other test would show it.
    #[test]
    fn a_socket_is_non_blocking() {
        const NONBLOCKING: u32 = 0o4000;
        let socket = connect("127.0.0.1", 9).unwrap();
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", socket.as_raw_fd())).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
        assert!(u32::from_str_radix(flags.trim(), 8).unwrap() & NONBLOCKING != 0, "{info}");
    }
}
