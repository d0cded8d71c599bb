//! The text of a scrape, encoded at most once a poll in each format.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use mmstats::Changes;
use mmstats_exposition::Format;
use mmstats_tools::common::exposition::AGE;
use mmstats_web::Problem;
use tokio::task::spawn_blocking;

use super::cumulative::CumulativeTotals;
use super::gather::gather;
use super::options::{GroupBy, MetricsOptions};
use super::text_cache::{CachedText, TextCache};
use crate::polling::{Poller, Snapshot};

/// How many bytes of text a poll has at most, in either format.
const MAX_SIZE: usize = 64 << 20;

/// What is scraped.
#[derive(Debug)]
pub struct Metrics {
    options: MetricsOptions,
    cumulative: Mutex<CumulativeTotals>,
    cache: Arc<tokio::sync::Mutex<TextCache>>,
}

impl Metrics {
    /// Of no poll yet.
    pub fn new(options: MetricsOptions) -> Self {
        Self { options, cumulative: Mutex::default(), cache: Arc::default() }
    }

    /// Whether there are totals that outlive their files.
    fn are_cumulative(&self) -> bool {
        self.options.by == GroupBy::Cmd
    }

    /// Takes in each poll, for cumulative totals.
    pub fn record(&self, changes: &Changes) {
        if self.are_cumulative() {
            self.cumulative().record(changes, &self.options.bounds);
        }
    }

    /// The text of the latest snapshot. It is encoded in a thread of its own, so that other
    /// requests are answered meanwhile, and one at a time: a scrape that comes meanwhile waits for
    /// that text.
    ///
    /// # Errors
    ///
    /// Returns a [`Problem`] with status 500 if encoding panics.
    pub async fn scrape(
        self: Arc<Self>,
        format: Format,
        poller: Arc<Poller>,
    ) -> Result<CachedText, Problem> {
        let since = poller.taken();
        // The thread holds the lock, so that it encodes alone even if this client has gone.
        let mut cache = Arc::clone(&self.cache).lock_owned().await;
        if let Some(text) = cache.text(since, format) {
            return Ok(text);
        }
        let encode = move || {
            let gather = |snapshot: &Snapshot| gather(snapshot, &self.options, &self.cumulative());
            cache.encode(&poller.snapshot(), format, MAX_SIZE, gather)
        };
        let failed = |error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}"));
        spawn_blocking(encode).await.map_err(failed)
    }

    fn cumulative(&self) -> MutexGuard<'_, CumulativeTotals> {
        self.cumulative.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How old the values are at this moment, as both formats have it.
pub fn age(text: &CachedText) -> String {
    let seconds = text.taken.elapsed().as_secs_f64();
    format!(
        "# HELP {AGE} How long ago mmash began to read the files that these values come from.\n\
         # TYPE {AGE} gauge\n{AGE} {seconds:?}\n"
    )
}
