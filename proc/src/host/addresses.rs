//! The addresses of network interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{SockaddrIn, SockaddrIn6};

use crate::Roots;

/// The first global address of an interface, of each version of IP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceAddresses {
    /// The interface's name.
    pub interface: String,
    /// Absent if it has none but loopback (127.0.0.0/8), link-local (169.254.0.0/16) and multicast.
    pub ipv4: Option<Ipv4Addr>,
    /// Absent if it has none but loopback (`::1`), link-local (`fe80::/10`) and multicast.
    pub ipv6: Option<Ipv6Addr>,
}

impl InterfaceAddresses {
    /// Interfaces that have such an address, by name. The kernel is asked: no file has IPv4 addresses with
    /// their interfaces. Empty for roots other than the machine's, and if the kernel refuses.
    pub fn read(roots: &Roots) -> Vec<Self> {
        if !roots.is_machine() {
            return Vec::new();
        }
        let mut found: Vec<Self> = Vec::new();
        for entry in getifaddrs().into_iter().flatten() {
            let Some(address) = entry.address else { continue };
            let ipv4 = address.as_sockaddr_in().map(SockaddrIn::ip).filter(|&it| is_global_v4(it));
            let ipv6 =
                address.as_sockaddr_in6().map(SockaddrIn6::ip).filter(|&it| is_global_v6(it));
            if ipv4.is_none() && ipv6.is_none() {
                continue;
            }
            let name = &entry.interface_name;
            let index = found.iter().position(|it| it.interface == *name).unwrap_or_else(|| {
                found.push(Self { interface: name.clone(), ipv4: None, ipv6: None });
                found.len() - 1
            });
            found[index].ipv4 = found[index].ipv4.or(ipv4);
            found[index].ipv6 = found[index].ipv6.or(ipv6);
        }
        found.sort_by(|one, other| one.interface.cmp(&other.interface));
        found
    }
}

/// Global as the kernel's scope: private networks are.
fn is_global_v4(address: Ipv4Addr) -> bool {
    !(address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_unspecified())
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    !(address.is_loopback()
        || address.is_unicast_link_local()
        || address.is_multicast()
        || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_link_local_and_multicast_are_not_global() {
        for (address, global) in [
            ("192.0.2.1", true),
            ("10.0.0.1", true),
            ("127.0.0.2", false),
            ("169.254.1.1", false),
            ("224.0.0.1", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(is_global_v4(address.parse().unwrap()), global, "{address}");
        }
        for (address, global) in [
            ("2001:db8::1", true),
            ("fd00::1", true),
            ("::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("::", false),
        ] {
            assert_eq!(is_global_v6(address.parse().unwrap()), global, "{address}");
        }
    }
}
