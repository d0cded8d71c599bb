//! Which hosts a server answers to.

use std::net::IpAddr;

/// The names under which a server may be asked for.
///
/// A page anywhere can have a name that its owner points to 127.0.0.1 (DNS rebinding); the
/// browser then takes this server for a part of that page, and lets its script read everything.
/// The request says so in its `Host`: a name that isn't ours. Addresses are no names and can't be
/// pointed anywhere, so they are all answered. The same holds on a socket in the file system: who
/// asks there is a proxy, which passes on the name that it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// `localhost`, every address, and these names.
    pub fn and(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let lower = |name: String| name.trim_end_matches('.').to_ascii_lowercase();
        Self(names.into_iter().map(|name| lower(name.into())).collect())
    }

    /// Whether a request with this `Host` is answered.
    pub(crate) fn allow(&self, host: &str) -> bool {
        let Some(name) = name_of(host) else {
            return false;
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<IpAddr>().is_ok()
            || self.0.contains(&name)
    }
}

/// The host without its port; `None` where it is neither a name nor an address.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    (port.bytes().all(|digit| digit.is_ascii_digit()) && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_answered() {
        let hosts = Hosts::default();
        for host in [
            "localhost",
            "localhost:5002",
            "LOCALHOST.:80",
            "mmash.localhost",
            "127.0.0.1:5002",
            "[::1]:5002",
            "[::1]",
            "192.168.0.7",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let hosts = Hosts::and(["stats.example"]);
        assert!(hosts.allow("Stats.Example:5002"));
        for host in [
            "",
            ":5002",
            "evil.example",
            "evil.example:5002",
            "localhost.evil.example",
            "stats.example.evil.example",
            "evil.example#127.0.0.1",
            "127.0.0.1:5002@evil.example",
            "[::1",
            "[::1]evil.example",
            "localhost:evil",
        ] {
            assert!(!hosts.allow(host), "{host}");
        }
    }
}
