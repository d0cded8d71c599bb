//! mmash's own stats, in a stats file as any program's: it shows them among the others.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mmstats::{Counter, CreateError, Gauge, MmStats, Published, Timer};
use mmstats_web::Answered;

/// What Prometheus asks for.
const SCRAPED: &str = "/metrics";

/// What mmash counts.
#[derive(Debug)]
pub struct Own(Mutex<Published<Stats>>);

#[derive(Debug, MmStats)]
#[mmstats(prefix = "mmash.")]
struct Stats {
    /// Requests that were answered, refused ones too.
    #[mmstats(unit = "requests")]
    requests: Counter,
    /// Requests that were answered with a reason why they aren't met.
    #[mmstats(unit = "requests")]
    refused: Counter,
    /// Requests for what Prometheus scrapes.
    #[mmstats(unit = "requests")]
    scrapes: Counter,
    /// Time until an answer could begin.
    answer: Timer,
    /// Pages that watch.
    #[mmstats(unit = "pages", aggregate = "sum")]
    streams: Gauge<u64>,
    /// Looks at the files, each for everybody.
    #[mmstats(unit = "looks")]
    looks: Counter,
    /// Time that a look takes.
    look: Timer,
    /// Files that the last look found.
    #[mmstats(unit = "files", aggregate = "max")]
    files: Gauge<u64>,
    /// Files and places that the last look couldn't read.
    #[mmstats(unit = "files", aggregate = "max")]
    unreadable: Gauge<u64>,
}

impl Own {
    /// Where programs put theirs; where that can't be, they are counted and nobody sees it.
    ///
    /// # Errors
    ///
    /// Where the environment asks for an impossible name.
    pub fn publish() -> Result<Self, CreateError> {
        Stats::options().or_private_memory().create().map(|stats| Self(Mutex::new(stats)))
    }

    /// A request was answered.
    pub fn answered(&self, request: &Answered<'_>) {
        let own = self.stats();
        own.requests.incr();
        own.answer.record(request.took);
        if request.status.is_client_error() || request.status.is_server_error() {
            own.refused.incr();
        } else if request.target.path() == SCRAPED {
            own.scrapes.incr();
        }
    }

    /// A look at the files was done.
    pub fn looked(&self, took: Duration, files: usize, unreadable: usize, streams: usize) {
        let own = self.stats();
        own.looks.incr();
        own.look.record(took);
        own.files.set(files as u64);
        own.unreadable.set(unreadable as u64);
        own.streams.set(streams as u64);
    }

    fn stats(&self) -> MutexGuard<'_, Published<Stats>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
