//! The addresses of network interfaces.

use std::collections::BTreeMap;
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
        let entries = getifaddrs().into_iter().flatten().filter_map(|entry| {
            let address = entry.address?;
            let ipv4 = address.as_sockaddr_in().map(SockaddrIn::ip);
            let ipv6 = address.as_sockaddr_in6().map(SockaddrIn6::ip);
            Some((entry.interface_name, ipv4, ipv6))
        });
        Self::first(entries)
    }

    fn first(
        entries: impl Iterator<Item = (String, Option<Ipv4Addr>, Option<Ipv6Addr>)>,
    ) -> Vec<Self> {
        let mut found = BTreeMap::new();
        for (label, ipv4, ipv6) in entries {
            let ipv4 = ipv4.filter(|&it| is_global_v4(it));
            let ipv6 = ipv6.filter(|&it| is_global_v6(it));
            if ipv4.is_none() && ipv6.is_none() {
                continue;
            }
            // Further addresses may have a label, such as `eth0:1`. No interface has a colon in its name.
            let interface = label.split(':').next().unwrap_or_default().to_owned();
            let first: &mut (Option<Ipv4Addr>, Option<Ipv6Addr>) =
                found.entry(interface).or_default();
            first.0 = first.0.or(ipv4);
            first.1 = first.1.or(ipv6);
        }
        let with_name = |(interface, (ipv4, ipv6))| Self { interface, ipv4, ipv6 };
        found.into_iter().map(with_name).collect()
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
    fn each_interface_has_its_first_global_addresses() {
        let v4 =
            |name: &str, address: &str| (name.to_owned(), Some(address.parse().unwrap()), None);
        let v6 =
            |name: &str, address: &str| (name.to_owned(), None, Some(address.parse().unwrap()));
        let entries = [
            v4("lo", "127.0.0.1"),
            v4("wlan0", "169.254.0.9"),
            v4("enp3s0f0", "192.0.2.1"),
            v4("enp3s0f0:1", "192.0.2.2"),
            v4("br0:web", "10.0.0.1"),
            v6("enp3s0f0", "fe80::1"),
            v6("enp3s0f0", "2001:db8::1"),
            v6("enp3s0f0", "2001:db8::2"),
        ];
        let found = InterfaceAddresses::first(entries.into_iter());
        let expected = [
            InterfaceAddresses {
                interface: "br0".to_owned(),
                ipv4: Some(Ipv4Addr::new(10, 0, 0, 1)),
                ipv6: None,
            },
            InterfaceAddresses {
                interface: "enp3s0f0".to_owned(),
                ipv4: Some(Ipv4Addr::new(192, 0, 2, 1)),
                ipv6: Some("2001:db8::1".parse().unwrap()),
            },
        ];
        assert_eq!(found, expected);
    }

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
