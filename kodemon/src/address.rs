//! From a host to a socket that sends to it.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};

/// A socket that sends to the first of the host's addresses that there is a way to. Where the host
/// is a name, this may take its time.
pub(crate) fn connected(host: &str, port: u16) -> io::Result<UdpSocket> {
    let addresses = match written_out(host) {
        Some(ip) => vec![SocketAddr::new(ip, port)],
        None => in_order((host, port).to_socket_addrs()?),
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

/// The address that the host is, or that of this machine: for these nobody is asked.
pub(crate) fn written_out(host: &str) -> Option<IpAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bracketed.unwrap_or(host).parse().ok()
}

/// Those of version 4 first: a server that listens on one of the two listens there.
fn in_order(addresses: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses: Vec<_> = addresses.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    addresses
}

/// A socket that sends to this address and never waits.
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
    fn addresses_and_localhost_are_no_names() {
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
            assert_eq!(written_out(host), ip.map(|ip| ip.parse().unwrap()), "{host}");
        }
    }

    #[test]
    fn a_name_s_addresses_of_version_4_come_first_in_their_order() {
        let found = ["[::1]:1", "192.0.2.2:1", "[::2]:1", "192.0.2.1:1"];
        let ordered = in_order(found.iter().map(|address| address.parse().unwrap()));
        let ordered: Vec<_> = ordered.iter().map(ToString::to_string).collect();
        assert_eq!(ordered, ["192.0.2.2:1", "192.0.2.1:1", "[::1]:1", "[::2]:1"]);
    }

    /// On this machine no send ever had to wait, so nothing else would show it.
    #[test]
    fn a_socket_never_waits() {
        const NONBLOCKING: u32 = 0o4000;
        let socket = connected("127.0.0.1", 9).unwrap();
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", socket.as_raw_fd())).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
        assert!(u32::from_str_radix(flags.trim(), 8).unwrap() & NONBLOCKING != 0, "{info}");
    }
}
