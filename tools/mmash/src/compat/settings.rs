//! The original's settings file, which `MMASH_SETTINGS` names.
//!
//! There it is a Python module that sets four names. Here only the lines of such a module are read,
//! and nothing is run:
//!
//! ```text
//! # where to listen
//! HOST = '127.0.0.1'
//! PORT = 5002
//! MMSTATS_GLOB = '/run/web/*.mmstats'
//! DEBUG = False
//! ```

use std::env;
use std::fmt::{self, Display};
use std::fs;
use std::io;
use std::path::Path;

use mmstats_cli::escape::escape_path;

/// The variable that names the settings file.
const VARIABLE: &str = "MMASH_SETTINGS";

/// What the file sets; `None` is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A name or an address to listen on.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub glob: Option<String>,
    /// Whether each request is logged.
    pub debug: Option<bool>,
}

/// A line that a settings file can't have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidLine {
    number: usize,
    line: String,
    reason: &'static str,
}

impl fmt::Display for InvalidLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {:?}: {}", self.number, self.line, self.reason)
    }
}

impl Settings {
    /// Reads the file that `MMASH_SETTINGS` names; the default if it names none.
    ///
    /// # Errors
    ///
    /// Returns a message if the file can't be read or has an invalid line.
    pub fn from_env() -> Result<Self, String> {
        let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) else {
            return Ok(Self::default());
        };
        let path = Path::new(&path);
        let failed = |reason: &dyn Display| format!("{VARIABLE}={}: {reason}", escape_path(path));
        let text = fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => failed(&"not UTF-8"),
            _ => failed(&error),
        })?;
        Self::parse(&text).map_err(|line| failed(&line))
    }

    /// Parses the text of such a file. Of settings with the same name the last one counts.
    fn parse(text: &str) -> Result<Self, InvalidLine> {
        let mut settings = Self::default();
        for (line, number) in text.lines().zip(1..) {
            settings.set(line).map_err(|reason| InvalidLine {
                number,
                line: line.to_owned(),
                reason,
            })?;
        }
        Ok(settings)
    }

    fn set(&mut self, line: &str) -> Result<(), &'static str> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let (name, value) = line.split_once('=').ok_or("neither NAME = VALUE nor a comment")?;
        let value = value.trim();
        match name.trim_end() {
            "HOST" => self.host = Some(string(value)?),
            "MMSTATS_GLOB" => self.glob = Some(string(value)?),
            "PORT" => {
                let port = without_comment(value).parse();
                self.port = Some(port.map_err(|_| "PORT must be a number up to 65535")?);
            }
            "DEBUG" => {
                self.debug = Some(match without_comment(value) {
                    "True" | "1" => true,
                    "False" | "0" => false,
                    _ => return Err("DEBUG must be True or False"),
                });
            }
            _ => return Err("the settings are HOST, PORT, MMSTATS_GLOB and DEBUG"),
        }
        Ok(())
    }
}

/// A Python string without escapes, which a comment may follow.
fn string(value: &str) -> Result<String, &'static str> {
    let quote = value.chars().next().filter(|quote| "'\"".contains(*quote));
    let quote = quote.ok_or("a string must be in quotes")?;
    let (text, rest) = value[1..].split_once(quote).ok_or("the closing quote is missing")?;
    if !without_comment(rest).is_empty() {
        return Err("unexpected text after the closing quote");
    }
    if text.contains('\\') {
        return Err("backslash escapes aren't supported");
    }
    Ok(text.to_owned())
}

fn without_comment(value: &str) -> &str {
    value.split_once('#').map_or(value, |(value, _)| value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_original_are_read() {
        let text = "# mmash\n\nHOST = '0.0.0.0'  # everybody\nPORT=5003 # ours\n\
                    MMSTATS_GLOB = \"/tmp/#1/*\"\nDEBUG = False\nDEBUG=True\n";
        let expected = Settings {
            host: Some("0.0.0.0".into()),
            port: Some(5003),
            glob: Some("/tmp/#1/*".into()),
            debug: Some(true),
        };
        assert_eq!(Settings::parse(text), Ok(expected));
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
    }

    #[test]
    fn any_other_line_is_an_error() {
        for (line, reason) in [
            ("from mmstats import defaults", "neither NAME = VALUE"),
            ("SECRET_KEY = 'x'", "the settings are"),
            ("host = 'x'", "the settings are"),
            ("HOST = localhost", "in quotes"),
            ("HOST = 'x", "closing quote is missing"),
            ("HOST = 'x' + 'y'", "after the closing quote"),
            ("HOST = 'x\\n'", "backslash"),
            ("PORT = '5002'", "a number"),
            ("PORT = 65536", "a number"),
            ("DEBUG = yes", "True or False"),
        ] {
            let error = Settings::parse(&format!("PORT = 1\n{line}\n")).unwrap_err().to_string();
            assert!(error.starts_with("line 2: "), "{error}");
            assert!(error.contains(line.split('\\').next().unwrap()), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }
}
