//! Where a store is, as `--store` says it.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// They speak the same.
const ENGINES: [&str; 2] = ["elasticsearch:", "opensearch:"];

/// A store's kind and where it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The URL of an engine, perhaps with a password: it isn't looked at here, as errors in
    /// arguments repeat them.
    Elasticsearch(String),
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Elasticsearch(_) => f.debug_tuple("Elasticsearch").finish_non_exhaustive(),
        }
    }
}

impl From<OsString> for Place {
    fn from(text: OsString) -> Self {
        let text = match text.into_string() {
            Ok(text) => text,
            Err(path) => return Self::Sqlite(path.into()),
        };
        match ENGINES.iter().find_map(|kind| text.strip_prefix(kind)) {
            Some(url) => Self::Elasticsearch(url.to_owned()),
            None => Self::Sqlite(text.strip_prefix("sqlite:").unwrap_or(&text).into()),
        }
    }
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(Place::from(OsString::from(text)), place);
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let place = Place::from(OsString::from("elasticsearch:http://u:secret@h"));
        assert!(!format!("{place:?}").contains("secret"));
    }
}
