//! The value of `--store`.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Both have the same API.
const ENGINES: [&str; 2] = ["elasticsearch", "opensearch"];

/// A store's kind and location. What precedes the first colon is a kind, unless it has a slash.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreLocation {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The URL of an engine. It is parsed later: errors about arguments repeat them, and it may
    /// contain a password.
    Elasticsearch(String),
    /// An unknown kind.
    Unknown(String),
}

impl fmt::Debug for StoreLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Elasticsearch(_) => f.debug_tuple("Elasticsearch").finish_non_exhaustive(),
            Self::Unknown(kind) => f.debug_tuple("Unknown").field(kind).finish(),
        }
    }
}

impl From<OsString> for StoreLocation {
    fn from(text: OsString) -> Self {
        let lossy = text.to_string_lossy();
        let Some((kind, location)) = lossy.split_once(':').filter(|(kind, _)| !kind.contains('/'))
        else {
            return Self::Sqlite(text.into());
        };
        match kind {
            "sqlite" => Self::Sqlite(OsStr::from_bytes(&text.as_bytes()["sqlite:".len()..]).into()),
            kind if ENGINES.contains(&kind) => Self::Elasticsearch(location.to_owned()),
            kind => Self::Unknown(kind.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_location_is_a_file_unless_it_has_a_kind() {
        let sqlite = |path: &str| StoreLocation::Sqlite(path.into());
        let engine = |url: &str| StoreLocation::Elasticsearch(url.to_owned());
        for (text, location) in [
            ("kodemon.db", sqlite("kodemon.db")),
            ("sqlite:/var/lib/k.db", sqlite("/var/lib/k.db")),
            ("./elasticsearch:k.db", sqlite("./elasticsearch:k.db")),
            ("elasticsearch:http://h:9200", engine("http://h:9200")),
            ("opensearch:http://h:9200", engine("http://h:9200")),
            ("./redis:foo", sqlite("./redis:foo")),
            ("/data/12:30.db", sqlite("/data/12:30.db")),
            ("sqlite:C:\\k.db", sqlite("C:\\k.db")),
            ("redis:foo", StoreLocation::Unknown("redis".to_owned())),
            ("SQLite:k.db", StoreLocation::Unknown("SQLite".to_owned())),
            ("http://u:secret@h:9200", StoreLocation::Unknown("http".to_owned())),
            (":k.db", StoreLocation::Unknown(String::new())),
        ] {
            assert_eq!(StoreLocation::from(OsString::from(text)), location);
        }
    }

    #[test]
    fn a_file_name_may_have_any_bytes() {
        for text in [&b"sqlite:\xff:k.db"[..], b"./\xff:k.db"] {
            let StoreLocation::Sqlite(path) =
                StoreLocation::from(OsString::from_vec(text.to_vec()))
            else {
                panic!("{text:?}");
            };
            assert!(text.ends_with(path.as_os_str().as_bytes()), "{path:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let location = StoreLocation::from(OsString::from("elasticsearch:http://u:secret@h"));
        assert!(!format!("{location:?}").contains("secret"));
    }
}
