//! The original's settings file, which `MMASH_SETTINGS` names.
//!
//! It is a Python module of four names there. Here it is the lines that such a module has, and
//! nothing that Python would have to run:
//!
//! ```text
//! # where to listen
//! HOST = '127.0.0.1'
//! PORT = 5002
//! MMSTATS_GLOB = '/run/web/*.mmstats'
//! DEBUG = False
//! ```

use std::fmt;

/// What the file says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// A name or an address to listen on.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub glob: Option<String>,
    /// Whether each request is told.
    pub debug: Option<bool>,
}

/// A line that is none of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongLine {
    number: usize,
    line: String,
    reason: &'static str,
}

impl fmt::Display for WrongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {:?}: {}", self.number, self.line, self.reason)
    }
}

impl Settings {
    /// Of the text of such a file. What is set twice is as it was set last.
    pub fn parse(text: &str) -> Result<Self, WrongLine> {
        let mut settings = Self::default();
        for (line, number) in text.lines().zip(1..) {
            settings.set(line).map_err(|reason| WrongLine {
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
        let (name, value) = line.split_once('=').ok_or("not NAME = VALUE, nor a comment")?;
        let value = value.trim();
        match name.trim_end() {
            "HOST" => self.host = Some(string(value)?),
            "MMSTATS_GLOB" => self.glob = Some(string(value)?),
            "PORT" => {
                let port = without_comment(value).parse();
                self.port = Some(port.map_err(|_| "a port is a number up to 65535")?);
            }
            "DEBUG" => {
                self.debug = Some(match without_comment(value) {
                    "True" | "1" => true,
                    "False" | "0" => false,
                    _ => return Err("DEBUG is True or False"),
                });
            }
            _ => return Err("the settings are HOST, PORT, MMSTATS_GLOB and DEBUG"),
        }
        Ok(())
    }
}

/// A Python string without escapes, and maybe a comment behind it.
fn string(value: &str) -> Result<String, &'static str> {
    let quote = value.chars().next().filter(|quote| "'\"".contains(*quote));
    let quote = quote.ok_or("a text stands in quotes")?;
    let (text, rest) = value[1..].split_once(quote).ok_or("the closing quote is missing")?;
    if !without_comment(rest).is_empty() {
        return Err("there is more behind the closing quote");
    }
    if text.contains('\\') {
        return Err("backslashes aren't understood here");
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
    fn any_other_line_is_named() {
        for (line, reason) in [
            ("from mmstats import defaults", "not NAME = VALUE"),
            ("SECRET_KEY = 'x'", "the settings are"),
            ("host = 'x'", "the settings are"),
            ("HOST = localhost", "in quotes"),
            ("HOST = 'x", "closing quote is missing"),
            ("HOST = 'x' + 'y'", "more behind"),
            ("HOST = 'x\\n'", "backslashes"),
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
