//! Networks as arguments.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Parses a network, or an address, which is a network of one.
///
/// # Errors
///
/// Returns what was expected if the text is neither.
pub fn parse_network(text: &str) -> Result<IpNet, String> {
    let net = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let net = net.ok_or("expected a network or an address, such as 192.0.2.0/24 or 2001:db8::7")?;
    Ok(canonical(net))
}

/// IPv4 written as IPv6 is IPv4, as it is for addresses.
fn canonical(net: IpNet) -> IpNet {
    const MAPPED: u8 = 96;
    let IpNet::V6(v6) = net else {
        return net;
    };
    let length = v6.prefix_len().checked_sub(MAPPED);
    let v4 = v6.addr().to_ipv4_mapped().zip(length);
    v4.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(net, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_networks_of_one_and_mapped_ones_are_ipv4() {
        for (text, expected) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::1", "::1/128"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:0:0/95", "::ffff:0.0.0.0/95"),
        ] {
            assert_eq!(parse_network(text).unwrap().to_string(), expected, "{text}");
        }
        for text in
            ["", "192.0.2.0/33", "192.0.2", "example.org", "::1/129", "[::1]", "192.0.2.1:80"]
        {
            assert!(parse_network(text).is_err(), "{text}");
        }
    }
}
