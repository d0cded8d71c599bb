//! Reads the configuration from the environment.

use std::env;
use std::fmt;

/// The configuration. An empty variable counts as not set.
#[derive(Debug, PartialEq)]
pub(crate) struct Environment {
    pub host: String,
    pub port: u16,
    pub token: String,
}

/// An environment variable with an invalid value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableError {
    name: &'static str,
    found: String,
    expected: &'static str,
}

impl Environment {
    pub(crate) fn read() -> Result<Self, VariableError> {
        Self::from(|name| match env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(found)) => Err(VariableError {
                name,
                found: found.to_string_lossy().into_owned(),
                expected: "UTF-8",
            }),
        })
    }

    fn from(
        variable: impl Fn(&'static str) -> Result<Option<String>, VariableError>,
    ) -> Result<Self, VariableError> {
        let get = |name, default: &str| {
            let value = variable(name)?.filter(|value| !value.is_empty());
            Ok(value.unwrap_or_else(|| default.to_owned()))
        };
        Ok(Self {
            host: get("KODEMON_HOST", "localhost")?,
            port: port(get("KODEMON_PORT", "4000")?)?,
            token: get("KODEMON_TOKEN", "test-token")?,
        })
    }
}

fn port(found: String) -> Result<u16, VariableError> {
    match found.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(VariableError { name: "KODEMON_PORT", found, expected: "a port from 1 to 65535" }),
    }
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, found, expected } = self;
        write!(f, "invalid {name} '{}': expected {expected}", found.escape_debug())
    }
}

impl std::error::Error for VariableError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Environment, VariableError> {
        Environment::from(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    fn environment(host: &str, port: u16, token: &str) -> Environment {
        Environment { host: host.to_owned(), port, token: token.to_owned() }
    }

    #[test]
    fn unset_and_empty_variables_have_defaults() {
        let default = environment("localhost", 4000, "test-token");
        assert_eq!(of(&[]), Ok(default));
        let set = [("KODEMON_HOST", "::1"), ("KODEMON_PORT", ""), ("KODEMON_TOKEN", "shop")];
        assert_eq!(of(&set), Ok(environment("::1", 4000, "shop")));
    }

    #[test]
    fn an_invalid_port_is_an_error() {
        for found in ["0", "65536", "-1", "http", " 4000"] {
            let error = of(&[("KODEMON_PORT", found)]).unwrap_err().to_string();
            let expected =
                format!("invalid KODEMON_PORT '{found}': expected a port from 1 to 65535");
            assert_eq!(error, expected);
        }
    }
}
