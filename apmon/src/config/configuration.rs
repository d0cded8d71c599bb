//! A configuration and the lines it is read from.

use std::fmt;

use super::destination::{Destination, DestinationError};
use super::level::Level;
use super::names::PREFIX;
use super::options::{OptionError, Options};
use super::problem::{Problem, Problems};
use super::shown::shown;

/// The most bytes of a line.
const MAX_LINE: usize = 4_096;
/// The most destinations of a source.
pub const MAX_DESTINATIONS: usize = 100;

/// What a source says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Configuration {
    /// In the order of their lines, each once; at most 100.
    pub destinations: Vec<Destination>,
    /// They go with all destinations, wherever they stand.
    pub options: Options,
    /// The lines that weren't used, and why: the first 1,000, and one that counts the rest. Reading a
    /// source again gives the same ones again.
    pub problems: Vec<Problem>,
}

impl Configuration {
    /// Reads lines. What is wrong with one is a [`Problem`] of `source`, and the others are used.
    pub fn parse(source: &str, text: &[u8]) -> Self {
        let mut configuration = Self::default();
        let mut problems = Problems::of(source);
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            // Comments may be in any encoding, and of any length.
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            if let Err(reason) = configuration.add(line) {
                let describe = || (text_of(line, &reason), reason.to_string());
                problems.add(index + 1, reason.level(), describe);
            }
        }
        configuration.problems = problems.finish();
        configuration
    }

    fn add(&mut self, line: &[u8]) -> Result<(), Reason> {
        if line.len() > MAX_LINE {
            return Err(Reason::TooLong(line.len()));
        }
        let line = str::from_utf8(line).map_err(|error| Reason::NotUtf8(error.valid_up_to()))?;
        let prefix = line.get(..PREFIX.len());
        if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX)) {
            return self.set(line);
        }
        let destination = line.parse().map_err(|error| {
            let may_be_option = line.contains('=');
            Reason::Destination { error, may_be_option }
        })?;
        self.add_destination(destination)
    }

    fn set(&mut self, line: &str) -> Result<(), Reason> {
        let (name, value) = line.split_once('=').ok_or(Reason::NoEqualsSign)?;
        let name = name.trim_ascii().strip_prefix(PREFIX).ok_or(Reason::Prefix)?;
        let value = value.trim_ascii();
        if value.is_empty() {
            return Err(Reason::NoValue);
        }
        self.options.set(name, value).map_err(Reason::Option)
    }

    fn add_destination(&mut self, destination: Destination) -> Result<(), Reason> {
        // First, so that a long file isn't compared line by line.
        if self.destinations.len() == MAX_DESTINATIONS {
            return Err(Reason::TooMany);
        }
        if self.destinations.iter().any(|known| known.is_same(&destination)) {
            return Err(Reason::Repeated);
        }
        self.destinations.push(destination);
        Ok(())
    }
}

/// What is wrong with a line.
enum Reason {
    TooLong(usize),
    /// Behind this many bytes.
    NotUtf8(usize),
    Destination {
        error: DestinationError,
        may_be_option: bool,
    },
    TooMany,
    Repeated,
    NoEqualsSign,
    NoValue,
    /// The prefix is in another case.
    Prefix,
    Option(OptionError),
}

impl Reason {
    const fn level(&self) -> Level {
        match self {
            Self::Option(error) => error.level(),
            _ => Level::Warning,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(found) => write!(f, "expected at most {MAX_LINE} bytes, found {found}"),
            Self::NotUtf8(valid) => write!(f, "not UTF-8 from byte {}", valid + 1),
            Self::Destination { error, may_be_option: false } => error.fmt(f),
            Self::Destination { error, may_be_option: true } => {
                write!(f, "{error} (options begin with {PREFIX})")
            }
            Self::TooMany => write!(f, "more than {MAX_DESTINATIONS} destinations"),
            Self::Repeated => f.write_str("this destination was given before"),
            Self::NoEqualsSign => write!(f, "expected {PREFIX}NAME = VALUE, found no ="),
            Self::NoValue => write!(f, "expected {PREFIX}NAME = VALUE, found no value"),
            Self::Prefix => write!(f, "expected {PREFIX}, in this letter case"),
            Self::Option(error) => error.fmt(f),
        }
    }
}

/// What a problem shows of a line: an option as it stands, of anything else only the first word, as
/// the next one may be a password.
fn text_of(line: &[u8], reason: &Reason) -> String {
    let is_option = matches!(reason, Reason::NoValue | Reason::Prefix | Reason::Option(_));
    let end = line.iter().position(u8::is_ascii_whitespace).filter(|_| !is_option);
    shown(&String::from_utf8_lossy(&line[..end.unwrap_or(line.len())]))
}
