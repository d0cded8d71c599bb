//! The hosts that a server accepts requests for.

use std::net::IpAddr;

/// The accepted `Host` headers.
///
/// The owner of any web page can point its name to 127.0.0.1 (DNS rebinding). The browser then takes
/// this server for a part of that page, and lets its script read everything. The request's `Host`
/// gives it away: a name that isn't ours. Addresses can't be rebound, so all of them are accepted.
/// The same holds on a Unix socket: its clients are proxies, which pass on the name that they were
/// asked for.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// `localhost`, every address, and these names.
    pub fn with(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let lower = |name: String| name.trim_end_matches('.').to_ascii_lowercase();
        Self(names.into_iter().map(|name| lower(name.into())).collect())
    }

    /// Whether a request with this `Host` is accepted.
    pub(crate) fn contains(&self, host: &str) -> bool {
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

/// The host without its port; `None` if it is neither a name nor an address.
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
    fn addresses_and_localhost_are_accepted() {
        let hosts = AllowedHosts::default();
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
            assert!(hosts.contains(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not() {
        let hosts = AllowedHosts::with(["stats.example"]);
        assert!(hosts.contains("Stats.Example:5002"));
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
            assert!(!hosts.contains(host), "{host}");
        }
    }
}
