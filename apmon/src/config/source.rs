//! Where a configuration is read from: a file or a URL.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use super::configuration::Configuration;
use super::file;
#[cfg(feature = "http")]
use super::http;
use super::problem::Problem;

/// A file or a URL with configuration.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A regular file, or a symbolic link to one; at most 1 MiB.
    File(PathBuf),
    /// A URL that begins with `http://`; at most 64 KiB.
    Url(String),
}

/// Why a source gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// File or URL, without a password.
    pub source: String,
    /// What is wrong.
    pub reason: String,
}

/// `SOURCE: reason`
impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.reason)
    }
}

impl Error for SourceError {}

/// Path or URL, the latter without user and password.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let begin = rest[..end].rfind('@').map_or(0, |at| at + 1);
                write!(f, "{scheme}://{}", &rest[begin..])
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl Source {
    /// The source with this URL, if the text begins with `http://`; else the file with this path.
    ///
    /// # Errors
    ///
    /// Returns an error if it begins with `https://`, or is empty.
    pub fn new(text: impl AsRef<OsStr>) -> Result<Self, SourceError> {
        let text = text.as_ref();
        let url = text.to_str().filter(|text| text.contains("://")).unwrap_or_default();
        let scheme = url.split("://").next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("http") {
            return Ok(Self::Url(url.to_owned()));
        }
        if scheme.eq_ignore_ascii_case("https") {
            return Err(Self::Url(url.to_owned()).error("https isn't supported, only http"));
        }
        let file = Self::File(text.into());
        if text.is_empty() { Err(file.error("no path")) } else { Ok(file) }
    }

    /// Reads and parses it, waiting for a server at most as long as given.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be read. That it has no destination isn't one.
    pub fn load(&self, timeout: Duration) -> Result<Configuration, SourceError> {
        let name = self.to_string();
        match self {
            Self::File(path) => {
                let file::Content { bytes, others_can_read } =
                    file::read(path).map_err(|reason| self.error(reason))?;
                let mut configuration = Configuration::parse(&name, &bytes);
                if others_can_read
                    && configuration.destinations.iter().any(|it| !it.password.is_empty())
                {
                    let reason = "it has a password, and every user can read it";
                    configuration.problems.push(Problem::of_source(name, reason.to_owned()));
                }
                Ok(configuration)
            }
            Self::Url(url) => {
                let bytes = get(url, timeout).map_err(|reason| self.error(reason))?;
                Ok(Configuration::parse(&name, &bytes))
            }
        }
    }

    fn error(&self, reason: impl Into<String>) -> SourceError {
        SourceError { source: self.to_string(), reason: reason.into() }
    }
}

#[cfg(feature = "http")]
use http::get;

#[cfg(not(feature = "http"))]
fn get(_: &str, _: Duration) -> Result<Vec<u8>, String> {
    Err("this program was built without the feature http".to_owned())
}
