//! mmash's stats about itself, in a stats file like any program's: it shows them with the others.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mmstats::{Counter, CreateError, Gauge, MmStats, Published, Timer};
use mmstats_web::RequestSummary;

use crate::polling::Poll;

/// The path that Prometheus scrapes.
const SCRAPE_PATH: &str = "/metrics";

/// What mmash counts and times.
#[derive(Debug)]
pub struct Telemetry(Mutex<Published<Stats>>);

#[derive(Debug, MmStats)]
#[mmstats(prefix = "mmash.")]
struct Stats {
    /// Requests that were answered, rejected ones included.
    #[mmstats(unit = "requests")]
    requests: Counter,
    /// Requests that were answered with an error.
    #[mmstats(unit = "requests")]
    refused: Counter,
    /// Scrapes by Prometheus.
    #[mmstats(unit = "requests")]
    scrapes: Counter,
    /// Time until a response begins.
    answer: Timer,
    /// Open streams.
    #[mmstats(unit = "pages", aggregate = "sum")]
    streams: Gauge<u64>,
    /// Polls, each of all files.
    #[mmstats(label = "looks", unit = "looks")]
    polls: Counter,
    /// Time that a poll takes.
    #[mmstats(label = "look")]
    poll: Timer,
    /// Files that the last poll found.
    #[mmstats(unit = "files", aggregate = "max")]
    files: Gauge<u64>,
    /// Files and locations that the last poll couldn't read.
    #[mmstats(unit = "files", aggregate = "max")]
    unreadable: Gauge<u64>,
}

impl Telemetry {
    /// Publishes the stats where programs put theirs, or in private memory if that fails.
    ///
    /// # Errors
    ///
    /// Returns an error if `MMSTATS_FILES` asks for an impossible name.
    pub fn publish() -> Result<Self, CreateError> {
        Stats::options().or_private_memory().create().map(|stats| Self(Mutex::new(stats)))
    }

    /// Records a response.
    pub fn responded(&self, request: &RequestSummary<'_>) {
        let stats = self.stats();
        stats.requests.incr();
        stats.answer.record(request.latency);
        if request.status.is_client_error() || request.status.is_server_error() {
            stats.refused.incr();
        } else if request.uri.path() == SCRAPE_PATH {
            stats.scrapes.incr();
        }
    }

    /// Records a poll, and how many streams are open.
    pub fn polled(&self, poll: &Poll<'_>, streams: usize) {
        let stats = self.stats();
        stats.polls.incr();
        stats.poll.record(poll.taken.elapsed());
        stats.files.set(poll.update.files().len() as u64);
        stats.unreadable.set(poll.update.all_errors().len() as u64);
        stats.streams.set(streams as u64);
    }

    fn stats(&self) -> MutexGuard<'_, Published<Stats>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
