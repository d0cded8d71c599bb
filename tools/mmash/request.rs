//! What a request asks for: the end of its path, and the parameters behind the `?`.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use mmstats::Kind;
use web::Problem;

/// The end of the path, decoded; it may have slashes.
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

/// What the kind is called where the file doesn't tell.
pub const UNKNOWN: &str = "unknown";

/// The parameters, in their order.
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

    /// How many are wanted at most.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.given("limit") {
            None => Ok(usize::MAX),
            Some(limit) => limit.parse().map_err(|_| {
                Problem::bad_request(format!("limit={limit:?}: not a whole number from 0"))
            }),
        }
    }

    /// The name of the kind that is wanted, if one is; `unknown`: where the file doesn't tell.
    pub fn kind(&self) -> Result<Option<&str>, Problem> {
        let kind = self.given("kind");
        let mut known = Kind::ALL.into_iter().map(Kind::name).chain([UNKNOWN]);
        if kind.is_none_or(|kind| known.any(|name| name == kind)) {
            return Ok(kind);
        }
        let known = Kind::ALL.map(Kind::name).join(", ");
        let wrong = self.first("kind");
        let reason = format!("kind={wrong:?}: no such kind, known are {known}, {UNKNOWN}");
        Err(Problem::bad_request(reason))
    }
}
