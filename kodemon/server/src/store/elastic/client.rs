//! Requests to an engine: JSON over HTTP, with limits of time and size.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE};
use ureq::http::{HeaderValue, Method, Request};
use ureq::{Agent, Error};

use super::address::Address;
use super::reason::reason;
use crate::store::backend::WriteError;

/// Timeout of a connection attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Maximum size of a response in bytes: the largest, a page of executions, is far smaller.
const MAX_RESPONSE: u64 = 32 << 20;

/// Content type of a JSON body.
pub const JSON: &str = "application/json";
/// Content type of one JSON value per line.
pub const LINES: &str = "application/x-ndjson";

/// The connection to an engine.
pub struct Client {
    agent: Agent,
    base: Arc<str>,
    authorization: Option<HeaderValue>,
    /// Timeout of a request.
    pub timeout: Duration,
}

/// A request that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// The engine.
    base: Arc<str>,
    /// Why.
    pub cause: Cause,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection, or not to an HTTP server.
    Unreachable(String),
    /// It exceeded this timeout.
    Timeout(Duration),
    /// The engine answered with this status and reason.
    Status(u16, String),
    /// The response isn't valid.
    BadResponse(String),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.base)?;
        match &self.cause {
            Cause::Timeout(timeout) => write!(f, "no response within {timeout:.0?}"),
            Cause::Status(status, reason) => write!(f, "{status}: {reason}"),
            Cause::Unreachable(reason) | Cause::BadResponse(reason) => f.write_str(reason),
        }
    }
}

impl RequestError {
    /// Whether the error may go away by itself.
    pub const fn is_transient(&self) -> bool {
        match self.cause {
            Cause::Unreachable(_) | Cause::Timeout(_) => true,
            Cause::Status(status, _) => status == 429 || status >= 500,
            Cause::BadResponse(_) => false,
        }
    }
}

impl Client {
    /// A client for an engine, with this timeout of a request. It doesn't connect yet.
    ///
    /// # Errors
    ///
    /// Returns an error if user and password don't form a valid header.
    pub fn new(address: Address, timeout: Duration) -> Result<Self, String> {
        let Address { base, authorization } = address;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Proxies in the environment are for browsers.
            .proxy(None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(concat!("kodemon/", env!("CARGO_PKG_VERSION")));
        let authorization = authorization.map(HeaderValue::try_from).transpose();
        let authorization = authorization.map_err(|error| error.to_string())?;
        Ok(Self { agent: config.build().into(), base: base.into(), authorization, timeout })
    }

    /// Sends a request and parses the response. The path begins with a slash.
    ///
    /// # Errors
    ///
    /// Returns an error unless the response is a success of this form.
    pub fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: (&'static str, &[u8]),
    ) -> Result<T, RequestError> {
        self.request_within(method, path, body, self.timeout)
    }

    /// The same with another timeout.
    ///
    /// # Errors
    ///
    /// As for [`request`](Self::request).
    pub fn request_within<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        (content_type, body): (&'static str, &[u8]),
        timeout: Duration,
    ) -> Result<T, RequestError> {
        let failed = |cause| RequestError { base: Arc::clone(&self.base), cause };
        let (status, response) = self
            .send(method, path, content_type, body, timeout)
            .map_err(|error| failed(cause(error, timeout)))?;
        if !(200..300).contains(&status) {
            return Err(failed(Cause::Status(status, reason(&response))));
        }
        serde_json::from_slice(&response).map_err(|error| {
            failed(Cause::BadResponse(format!("not a response of a search engine: {error}")))
        })
    }

    /// An error about a response that isn't valid.
    pub fn bad_response(&self, reason: impl Into<String>) -> RequestError {
        RequestError { base: Arc::clone(&self.base), cause: Cause::BadResponse(reason.into()) }
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: &[u8],
        timeout: Duration,
    ) -> Result<(u16, Vec<u8>), Error> {
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.base)).body(body)?;
        if !body.is_empty() {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let request = self.agent.configure_request(request).timeout_global(Some(timeout)).build();
        let response = self.agent.run(request)?;
        let status = response.status().as_u16();
        let body = response.into_body().into_with_config().limit(MAX_RESPONSE).read_to_vec()?;
        Ok((status, body))
    }
}

fn cause(error: Error, timeout: Duration) -> Cause {
    match error {
        Error::Timeout(ureq::Timeout::Connect) => {
            Cause::Unreachable(format!("no connection within {CONNECT_TIMEOUT:?}"))
        }
        Error::Timeout(_) => Cause::Timeout(timeout),
        Error::BodyExceedsLimit(limit) => {
            Cause::BadResponse(format!("response larger than {limit} bytes"))
        }
        Error::Protocol(error) => Cause::BadResponse(format!("not an HTTP response: {error}")),
        Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => Cause::Timeout(timeout),
        Error::Io(error) => Cause::Unreachable(error.to_string()),
        other => Cause::Unreachable(other.to_string()),
    }
}

impl From<RequestError> for WriteError {
    fn from(error: RequestError) -> Self {
        Self::new(error)
    }
}
