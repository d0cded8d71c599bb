//! The address of an engine, with credentials.

use std::env;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;

/// Has the password if the URL has only a user.
const PASSWORD: &str = "KODEMON_ELASTICSEARCH_PASSWORD";

/// An engine's URL. Its `Debug` output has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// `http://host:9200`, to which paths are added.
    pub base: String,
    /// The value of the header `Authorization`.
    pub authorization: Option<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Address {
    /// Parses `http://host:9200`, `http://user:password@host:9200`, or `http://user@host:9200` with
    /// the password in the environment.
    ///
    /// # Errors
    ///
    /// Returns an error if it isn't such a URL. The message doesn't repeat it, as it may contain a
    /// password.
    pub fn parse(url: &str) -> Result<Self, String> {
        Self::with(url, env::var(PASSWORD).ok().as_deref())
    }

    fn with(url: &str, password: Option<&str>) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "not a URL such as http://127.0.0.1:9200")?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err("https is not supported; use a proxy".to_owned()),
            _ => return Err("not a URL such as http://127.0.0.1:9200".to_owned()),
        }
        if uri.query().is_some() {
            return Err("expected a URL without a query".to_owned());
        }
        let authority = uri.authority().ok_or("expected a URL with a host")?.as_str();
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let port = uri.port_u16().map_or_else(String::new, |port| format!(":{port}"));
        if host.is_empty() || uri.host().is_none_or(|name| *host != format!("{name}{port}")) {
            return Err("expected a URL with a host and a port".to_owned());
        }
        let authorization = user.map(|user| basic(user, password)).transpose()?;
        let base = format!("http://{host}{}", uri.path().trim_end_matches('/'));
        Ok(Self { base, authorization })
    }
}

/// The header for a user and a password from a URL.
fn basic(user: &str, password: Option<&str>) -> Result<String, String> {
    let decoded = |part| percent_decode_str(part).collect::<Vec<u8>>();
    let (user, password) = if let Some((user, password)) = user.split_once(':') {
        (user, decoded(password))
    } else {
        let missing = || format!("a user without a password; set {PASSWORD}");
        (user, password.ok_or_else(missing)?.as_bytes().to_vec())
    };
    let both = [&*decoded(user), b":", &*password].concat();
    Ok(format!("Basic {}", BASE64_STANDARD.encode(both)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host_and_perhaps_a_user() {
        for (url, password, base, authorization) in [
            ("http://h:9200", None, "http://h:9200", None),
            ("http://[::1]:9200/", None, "http://[::1]:9200", None),
            ("http://h/search/", Some("unused"), "http://h/search", None),
            ("http://u:p@h:9200", None, "http://h:9200", Some("Basic dTpw")),
            ("http://u:p@h:9200", Some("unused"), "http://h:9200", Some("Basic dTpw")),
            ("http://u%40x:p%3A%2f@h", None, "http://h", Some("Basic dUB4OnA6Lw==")),
            ("http://u@h", Some("p"), "http://h", Some("Basic dTpw")),
        ] {
            let address = Address::with(url, password).unwrap();
            assert_eq!(address.base, base, "{url}");
            assert_eq!(address.authorization.as_deref(), authorization, "{url}");
            assert!(!format!("{address:?}").contains("Basic"), "{address:?}");
        }
    }

    #[test]
    fn errors_do_not_repeat_the_password() {
        for url in [
            "",
            "h:9200",
            "ftp://u:secret@h",
            "https://u:secret@h",
            "http://u:secret@",
            "http://u:secret@h:port",
            "http://u:secret@h/?x=1",
            "http://u:sec ret@h",
            "http://u@h",
        ] {
            let error = Address::with(url, None).unwrap_err();
            assert!(!error.contains("sec") && !error.is_empty(), "{url}: {error}");
        }
    }
}
