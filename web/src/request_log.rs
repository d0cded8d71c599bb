//! Requests, told on stderr.

use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::rate_limit::RateLimit;

use crate::Answered;

/// How many are told in a second.
const REQUESTS: u32 = 100;

/// Requests, a line each, as far as there aren't too many.
#[derive(Debug)]
pub struct RequestLog(RateLimit);

impl RequestLog {
    /// Begins now.
    pub fn new(diagnostics: Diagnostics) -> Self {
        Self(RateLimit::new(diagnostics, REQUESTS, "requests"))
    }

    /// Tells of a request, unless there are too many in this second.
    pub fn tell(&self, request: &Answered<'_>) {
        let Answered { method, target, status, took } = request;
        self.0.log(|| format!("{method} {target} {} {took:.1?}", status.as_u16()));
    }
}
