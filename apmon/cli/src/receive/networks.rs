//! The networks that packets may come from.

use std::net::IpAddr;

use ipnet::IpNet;

/// Whether an address is in one of the networks; any is if there are none.
pub fn is_allowed(networks: &[IpNet], address: IpAddr) -> bool {
    networks.is_empty() || {
        let address = address.to_canonical();
        networks.iter().any(|net| net.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_in_a_network_are_allowed() {
        let networks = ["192.0.2.0/24", "2001:db8::7/128"].map(|text| text.parse().unwrap());
        for (address, expected) in [
            ("192.0.2.255", true),
            ("192.0.3.0", false),
            ("::ffff:192.0.2.1", true),
            ("::ffff:192.0.3.1", false),
            ("2001:db8::7", true),
            ("2001:db8::8", false),
        ] {
            assert_eq!(is_allowed(&networks, address.parse().unwrap()), expected, "{address}");
            assert!(is_allowed(&[], address.parse().unwrap()));
        }
    }
}
