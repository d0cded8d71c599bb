//! The request log on stderr.

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::rate_limit::RateLimit;

use crate::server::RequestSummary;

/// At most this many lines a second.
const MAX_PER_SECOND: u32 = 100;

/// Logs requests, one line each, at a limited rate.
#[derive(Debug)]
pub struct RequestLog(RateLimit);

impl RequestLog {
    /// Logs through `diagnostics`.
    pub fn new(diagnostics: Diagnostics) -> Self {
        Self(RateLimit::new(diagnostics, MAX_PER_SECOND, "requests"))
    }

    /// Logs a request, unless there were too many in this second.
    pub fn log(&self, request: &RequestSummary<'_>) {
        let RequestSummary { method, uri, status, latency } = request;
        self.0.log(|| format!("{method} {uri} {} {latency:.1?}", status.as_u16()));
    }
}
