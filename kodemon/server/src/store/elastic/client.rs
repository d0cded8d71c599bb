//! Requests to an engine: JSON over HTTP, with an end to everything.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ureq::http::{HeaderValue, Method, Request};
use ureq::{Agent, Error};

use super::address::Address;

/// A connection that takes longer isn't there.
const CONNECTING: Duration = Duration::from_secs(3);
/// So many bytes an answer may have: the largest, a page of executions, is far below.
const LONGEST: u64 = 32 << 20;
/// So much of an engine's own words is repeated.
const LONGEST_REASON: usize = 300;

/// What bodies are.
pub const JSON: &str = "application/json";
/// One JSON value a line.
pub const LINES: &str = "application/x-ndjson";

/// Asks one engine.
pub struct Client {
    agent: Agent,
    base: Arc<str>,
    authorization: Option<HeaderValue>,
    /// So long a request may take.
    pub patience: Duration,
}

/// Why there is no answer that could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of which engine.
    base: Arc<str>,
    /// What happened.
    pub cause: Cause,
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is nobody, or nobody who speaks HTTP.
    Unreachable(String),
    /// It took longer than this.
    TooLong(Duration),
    /// It was refused with this status, for a reason of the engine's.
    Refused(u16, String),
    /// The answer can't be used.
    Useless(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.base)?;
        match &self.cause {
            Cause::TooLong(patience) => write!(f, "no answer within {patience:.0?}"),
            Cause::Refused(status, reason) => write!(f, "{status}: {reason}"),
            Cause::Unreachable(reason) | Cause::Useless(reason) => f.write_str(reason),
        }
    }
}

impl Failure {
    /// Whether it may well pass by itself.
    pub const fn is_passing(&self) -> bool {
        match self.cause {
            Cause::Unreachable(_) | Cause::TooLong(_) => true,
            Cause::Refused(status, _) => status == 429 || status >= 500,
            Cause::Useless(_) => false,
        }
    }
}

impl Client {
    /// For an engine, of which nothing is asked yet, and no request may take longer than that.
    ///
    /// # Errors
    ///
    /// Where user or password can't stand in a header.
    pub fn new(address: Address, patience: Duration) -> Result<Self, String> {
        let Address { base, authorization } = address;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // What is told is what is asked, whatever proxies the environment has for browsers.
            .proxy(None)
            .timeout_connect(Some(CONNECTING))
            .user_agent(concat!("kodemon/", env!("CARGO_PKG_VERSION")));
        let authorization = authorization.map(HeaderValue::try_from).transpose();
        let authorization = authorization.map_err(|error| error.to_string())?;
        Ok(Self { agent: config.build().into(), base: base.into(), authorization, patience })
    }

    /// Sends a request and reads the answer. A path begins with a slash.
    ///
    /// # Errors
    ///
    /// Where it isn't answered with success and in this form.
    pub fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: (&'static str, &[u8]),
    ) -> Result<T, Failure> {
        self.ask_within(method, path, body, self.patience)
    }

    /// The same within so long.
    ///
    /// # Errors
    ///
    /// As above.
    pub fn ask_within<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        (form, body): (&'static str, &[u8]),
        patience: Duration,
    ) -> Result<T, Failure> {
        let failure = |cause| Failure { base: Arc::clone(&self.base), cause };
        let (status, answer) = self
            .send(method, path, form, body, patience)
            .map_err(|error| failure(cause(error, patience)))?;
        if !(200..300).contains(&status) {
            return Err(failure(Cause::Refused(status, reason(&answer))));
        }
        serde_json::from_slice(&answer).map_err(|error| {
            failure(Cause::Useless(format!("no answer of a search engine: {error}")))
        })
    }

    /// Says of an answer that it can't be used.
    pub fn useless(&self, reason: impl Into<String>) -> Failure {
        Failure { base: Arc::clone(&self.base), cause: Cause::Useless(reason.into()) }
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        form: &'static str,
        body: &[u8],
        patience: Duration,
    ) -> Result<(u16, Vec<u8>), Error> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).body(body)?;
        if !body.is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(form));
        }
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let request = self.agent.configure_request(request).timeout_global(Some(patience)).build();
        let answer = self.agent.run(request)?;
        let status = answer.status().as_u16();
        let body = answer.into_body().into_with_config().limit(LONGEST).read_to_vec()?;
        Ok((status, body))
    }
}

fn cause(error: Error, patience: Duration) -> Cause {
    match error {
        Error::Timeout(ureq::Timeout::Connect) => {
            Cause::Unreachable(format!("no connection within {CONNECTING:?}"))
        }
        Error::Timeout(_) => Cause::TooLong(patience),
        Error::BodyExceedsLimit(limit) => {
            Cause::Useless(format!("an answer of more than {limit} bytes"))
        }
        Error::Protocol(error) => Cause::Useless(format!("no answer in HTTP: {error}")),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => Cause::TooLong(patience),
        Error::Io(error) => Cause::Unreachable(error.to_string()),
        other => Cause::Unreachable(other.to_string()),
    }
}

/// What an engine says is wrong: `{"error": {"type": …, "reason": …}}`, or any other text.
fn reason(answer: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        error: Reason,
    }
    serde_json::from_slice(answer).map_or_else(
        |_| shortened(String::from_utf8_lossy(answer).trim()),
        |Refusal { error }| error.to_string(),
    )
}

/// Why a request, or one item of it, is refused.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Reason {
    /// As it should be.
    Told {
        /// The name of the error.
        #[serde(rename = "type")]
        kind: String,
        /// What is wrong.
        #[serde(default)]
        reason: Option<String>,
        /// What is wrong about it.
        caused_by: Option<Box<Reason>>,
    },
    /// As proxies and old versions have it.
    Text(String),
}

impl Reason {
    /// What all of it comes from.
    fn deepest(&self) -> &Self {
        match self {
            Self::Told { caused_by: Some(deeper), .. } => deeper.deepest(),
            _ => self,
        }
    }

    /// Whether the error has this name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self, Self::Told { kind, .. } if kind == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&shortened(text)),
            Self::Told { kind, reason, caused_by } => {
                let reason = shortened(reason.as_deref().unwrap_or(kind));
                let deeper = caused_by.as_ref().map(|deeper| deeper.deepest().to_string());
                match deeper.filter(|deeper| *deeper != reason) {
                    Some(deeper) => write!(f, "{reason}: {deeper}"),
                    None => f.write_str(&reason),
                }
            }
        }
    }
}

/// The beginning of a text, in one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_says_is_wrong_is_told_in_short() {
        for (answer, expected) in [
            (r#"{"error": {"type": "t", "reason": "why"}, "status": 400}"#, "why"),
            (r#"{"error": {"type": "t"}}"#, "t"),
            (r#"{"error": "why"}"#, "why"),
            (
                r#"{"error": {"type": "t", "reason": "a", "caused_by": {"type": "t", "reason": "b",
                "caused_by": {"type": "t", "reason": "c"}}}}"#,
                "a: c",
            ),
            (r#"{"error": {"type": "t", "reason": "a", "caused_by": {"type": "a"}}}"#, "a"),
            ("<h1>Bad\n  Gateway</h1>", "<h1>Bad Gateway</h1>"),
            ("", ""),
        ] {
            assert_eq!(reason(answer.as_bytes()), expected, "{answer}");
        }
        assert_eq!(reason("ä".repeat(1_000).as_bytes()), "ä".repeat(300) + "…");
    }
}
