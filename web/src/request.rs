//! Extractors: the end of the path, and the query parameters.

use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;

use crate::problem::Problem;

/// The end of the path that a wildcard matches, decoded; it may have slashes.
#[derive(Debug)]
pub struct PathTail(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathTail {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let tail = Path::from_request_parts(parts, state).await;
        let Path(tail) = tail.map_err(|_| {
            Problem::bad_request(format!("path={:?}: not percent-encoded UTF-8", parts.uri.path()))
        })?;
        Ok(Self(tail))
    }
}

/// The query parameters, in order.
#[derive(Debug)]
pub struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = Query::try_from_uri(&parts.uri);
        let Query(pairs) = pairs.map_err(|error| Problem::bad_request(error.to_string()))?;
        Ok(Self(pairs))
    }
}

impl Parameters {
    /// The first parameter of this name; empty if there is none.
    pub fn get_or_empty(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The first parameter of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// All parameters of this name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Rejects unknown parameters, so that a typo isn't silently ignored.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 400 if a parameter is unknown or given twice.
    pub fn allow_only(self, known: &[&str]) -> Result<Self, Problem> {
        self.allow(known, &[])
    }

    /// Rejects unknown parameters; some of those that are known may be given several times, each
    /// time with another value.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 400 if a parameter is unknown, or given twice.
    pub fn allow(self, known: &[&str], repeatable: &[&str]) -> Result<Self, Problem> {
        for (at, (name, value)) in self.0.iter().enumerate() {
            let parameter = format!("{}={value:?}", name.escape_debug());
            if !known.contains(&&**name) {
                let known = match known {
                    [] => "none is accepted".to_owned(),
                    known => format!("accepted are {}", known.join(", ")),
                };
                return Err(Problem::bad_request(format!(
                    "{parameter}: unknown parameter; {known}"
                )));
            }
            let is_repeatable = repeatable.contains(&&**name);
            let is_same = |(earlier, text): &(String, String)| {
                earlier == name && (!is_repeatable || text == value)
            };
            if self.0[..at].iter().any(is_same) {
                return Err(Problem::bad_request(format!("{parameter}: given twice")));
            }
        }
        Ok(self)
    }

    /// The parameter of this name as a number in JSON's notation: no `+5`, no `05`, no `.5`.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 400 if it isn't a number, or out of range.
    pub fn decimal(&self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Problem> {
        let parse = |text: &str| {
            // JSON allows spaces around it.
            let number = Some(text).filter(|text| text.trim() == *text);
            let number = number.and_then(|text| serde_json::from_str(text).ok());
            number.filter(|number: &f64| range.contains(number)).ok_or_else(|| {
                let (min, max) = (range.start(), range.end());
                let reason = format!("{name}={text:?}: must be a number from {min} to {max}");
                Problem::bad_request(reason)
            })
        };
        self.get(name).map(parse).transpose()
    }

    /// The parameter of this name as an integer in JSON's notation: no `+5`, no `05`.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 400 if it isn't an integer, or out of range.
    pub fn number(
        &self,
        name: &str,
        range: RangeInclusive<usize>,
    ) -> Result<Option<usize>, Problem> {
        let parse = |text: &str| {
            let number = text.parse().ok();
            let number = number.filter(|number: &usize| number.to_string() == text);
            number.filter(|number| range.contains(number)).ok_or_else(|| {
                let (min, max) = (range.start(), range.end());
                let reason = format!("{name}={text:?}: must be an integer from {min} to {max}");
                Problem::bad_request(reason)
            })
        };
        self.get(name).map(parse).transpose()
    }
}
