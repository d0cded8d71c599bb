//! Where an engine is, and who asks.

use std::env;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;

/// Has the password where the URL has only the user.
const PASSWORD: &str = "KODEMON_ELASTICSEARCH_PASSWORD";

/// An engine's URL. What it shows of itself has no password.
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
    /// Of `http://host:9200`, `http://user:password@host:9200`, or `http://user@host:9200` and
    /// the environment.
    ///
    /// # Errors
    ///
    /// What isn't such a URL. The message doesn't repeat it: there may be a password anywhere in
    /// it.
    pub fn parse(url: &str) -> Result<Self, String> {
        Self::with(url, env::var(PASSWORD).ok().as_deref())
    }

    fn with(url: &str, password: Option<&str>) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| "not a URL such as http://127.0.0.1:9200")?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err("only http is spoken: let a proxy speak https".to_owned()),
            _ => return Err("not a URL such as http://127.0.0.1:9200".to_owned()),
        }
        if uri.query().is_some() {
            return Err("a URL without a query was expected".to_owned());
        }
        let authority = uri.authority().ok_or("a URL with a host was expected")?.as_str();
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let port = uri.port_u16().map_or_else(String::new, |port| format!(":{port}"));
        if host.is_empty() || uri.host().is_none_or(|name| *host != format!("{name}{port}")) {
            return Err("a URL with a host and a port was expected".to_owned());
        }
        let authorization = user.map(|user| basic(user, password)).transpose()?;
        let base = format!("http://{host}{}", uri.path().trim_end_matches('/'));
        Ok(Self { base, authorization })
    }
}

/// The header of a user and a password as they stand in a URL.
fn basic(user: &str, password: Option<&str>) -> Result<String, String> {
    let decoded = |part| percent_decode_str(part).collect::<Vec<u8>>();
    let (user, password) = if let Some((user, password)) = user.split_once(':') {
        (user, decoded(password))
    } else {
        let missing = || format!("a user without a password, which {PASSWORD} may have");
        (user, password.ok_or_else(missing)?.as_bytes().to_vec())
    };
    let both = [&*decoded(user), b":", &*password].concat();
    Ok(format!("Basic {}", BASE64_STANDARD.encode(both)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_place_and_perhaps_a_user() {
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
    fn what_is_no_url_is_an_error_without_its_password() {
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
