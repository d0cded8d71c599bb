//! Where a store is, as `--store` says it.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// They speak the same.
const ENGINES: [&str; 2] = ["elasticsearch", "opensearch"];

/// A store's kind and where it is. What stands before the first colon is a kind, unless it has a slash.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The URL of an engine, perhaps with a password: it isn't looked at here, as errors in
    /// arguments repeat them.
    Elasticsearch(String),
    /// This isn't known as a kind.
    Unknown(String),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Elasticsearch(_) => f.debug_tuple("Elasticsearch").finish_non_exhaustive(),
            Self::Unknown(kind) => f.debug_tuple("Unknown").field(kind).finish(),
        }
    }
}

impl From<OsString> for Place {
    fn from(text: OsString) -> Self {
        let lossy = text.to_string_lossy();
        let Some((kind, place)) = lossy.split_once(':').filter(|(kind, _)| !kind.contains('/'))
        else {
            return Self::Sqlite(text.into());
        };
        match kind {
            "sqlite" => Self::Sqlite(OsStr::from_bytes(&text.as_bytes()["sqlite:".len()..]).into()),
            kind if ENGINES.contains(&kind) => Self::Elasticsearch(place.to_owned()),
            kind => Self::Unknown(kind.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_place_is_a_file_unless_it_says_otherwise() {
        let sqlite = |path: &str| Place::Sqlite(path.into());
        let engine = |url: &str| Place::Elasticsearch(url.to_owned());
        for (text, place) in [
            ("kodemon.db", sqlite("kodemon.db")),
            ("sqlite:/var/lib/k.db", sqlite("/var/lib/k.db")),
            ("./elasticsearch:k.db", sqlite("./elasticsearch:k.db")),
            ("elasticsearch:http://h:9200", engine("http://h:9200")),
            ("opensearch:http://h:9200", engine("http://h:9200")),
            ("./redis:foo", sqlite("./redis:foo")),
            ("/data/12:30.db", sqlite("/data/12:30.db")),
            ("sqlite:C:\\k.db", sqlite("C:\\k.db")),
            ("redis:foo", Place::Unknown("redis".to_owned())),
            ("SQLite:k.db", Place::Unknown("SQLite".to_owned())),
            ("http://u:secret@h:9200", Place::Unknown("http".to_owned())),
            (":k.db", Place::Unknown(String::new())),
        ] {
            assert_eq!(Place::from(OsString::from(text)), place);
        }
    }

    #[test]
    fn a_file_may_have_any_bytes() {
        for text in [&b"sqlite:\xff:k.db"[..], b"./\xff:k.db"] {
            let Place::Sqlite(path) = Place::from(OsString::from_vec(text.to_vec())) else {
                panic!("{text:?}");
            };
            assert!(text.ends_with(path.as_os_str().as_bytes()), "{path:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let place = Place::from(OsString::from("elasticsearch:http://u:secret@h"));
        assert!(!format!("{place:?}").contains("secret"));
    }
}
