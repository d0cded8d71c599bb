//! What a request asks for: the end of its path, and the parameters behind the `?`.

use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;

use crate::Problem;

/// The end of the path, decoded; it may have slashes.
#[derive(Debug)]
pub struct Rest(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Rest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let rest = Path::from_request_parts(parts, state).await;
        let Path(rest) = rest.map_err(|_| {
            Problem::bad_request(format!("path={:?}: not UTF-8, percent-encoded", parts.uri.path()))
        })?;
        Ok(Self(rest))
    }
}

/// The parameters, in their order.
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
    /// The first one of this name; empty where there is none.
    pub fn first(&self, name: &str) -> &str {
        self.given(name).unwrap_or_default()
    }

    /// The first one of this name, if there is one.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Refuses what nobody asked for: a slip of the pen would be taken for an answer to what was
    /// meant.
    ///
    /// # Errors
    ///
    /// Where one isn't known, or is given twice.
    pub fn only(self, known: &[&str]) -> Result<Self, Problem> {
        for (at, (name, value)) in self.0.iter().enumerate() {
            let parameter = format!("{}={value:?}", name.escape_debug());
            if !known.contains(&&**name) {
                let known = match known {
                    [] => "none is known here".to_owned(),
                    known => format!("known are {}", known.join(", ")),
                };
                return Err(Problem::bad_request(format!(
                    "{parameter}: no such parameter, {known}"
                )));
            }
            if self.0[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::bad_request(format!("{parameter}: given twice")));
            }
        }
        Ok(self)
    }

    /// The whole number of this name, if there is one, as JSON writes it: no `+5`, no `05`.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 400 if it is anything else, or out of range.
    pub fn number(
        &self,
        name: &str,
        range: RangeInclusive<usize>,
    ) -> Result<Option<usize>, Problem> {
        let parse = |text: &str| {
            let number = text.parse().ok();
            let number = number.filter(|number: &usize| number.to_string() == text);
            number.filter(|number| range.contains(number)).ok_or_else(|| {
                let (least, most) = (range.start(), range.end());
                let reason = format!("{name}={text:?}: not a whole number from {least} to {most}");
                Problem::bad_request(reason)
            })
        };
        self.given(name).map(parse).transpose()
    }
}
