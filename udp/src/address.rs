//! Hosts as addresses, and sockets connected to them.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

/// The addresses of a host; at least one. An IP address and `localhost` are known at once. For any
/// other name the system's resolver is asked, which may take a while.
///
/// IPv4 addresses come first: a server that listens on only one of the two uses IPv4.
///
/// # Errors
///
/// Returns the error of the resolver, or one of the kind `NotFound` if the name has no address.
pub fn lookup(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Some(ip) = literal(host) {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let addresses = ipv4_first((host, port).to_socket_addrs()?);
    if addresses.is_empty() {
        return Err(io::Error::new(ErrorKind::NotFound, "the name has no address"));
    }
    Ok(addresses)
}

/// The address, if the host is one, with or without brackets, or is `localhost`, which is 127.0.0.1.
/// These need no name service.
pub fn literal(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bracketed.unwrap_or(host).parse().ok()
}

/// A non-blocking socket that is connected to this address. Nothing is sent.
///
/// # Errors
///
/// Returns the error of the operating system, such as that of an address without a route.
pub fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(address)?;
    Ok(socket)
}

/// A socket connected to the first address of the host that [`connect`] takes.
///
/// # Errors
///
/// Returns the error of [`lookup`], or that of [`connect`] with the last address.
pub fn connect_any(host: &str, port: u16) -> io::Result<UdpSocket> {
    let mut result = Err(ErrorKind::NotFound.into());
    for address in lookup(host, port)? {
        result = connect(address);
        if result.is_ok() {
            break;
        }
    }
    result
}

fn ipv4_first(addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses
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

    /// `127.1` isn't an address to Rust; the resolver knows it without any server.
    #[test]
    fn a_lookup_gives_addresses_with_the_port_or_an_error() {
        for (host, found) in [("127.1", "127.0.0.1:9"), ("[::1]", "[::1]:9")] {
            assert_eq!(lookup(host, 9).unwrap(), [found.parse().unwrap()]);
        }
        assert!(lookup("nobody..invalid", 9).is_err());
        assert!(connect_any("nobody..invalid", 9).is_err());
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
        let socket = connect_any("127.0.0.1", 9).unwrap();
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", socket.as_raw_fd())).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
        assert!(u32::from_str_radix(flags.trim(), 8).unwrap() & NONBLOCKING != 0, "{info}");
    }
}
