//! Looks at the files once an interval, for everybody.

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use web::Feed;

use super::metrics::Metrics;
use super::rows::Rows;
use super::snapshot::Snapshot;

/// How many pages may watch at one time.
const STREAMS: usize = 128;

/// What is known of the files, and what changes.
#[derive(Debug)]
pub struct Poller {
    snapshot: watch::Sender<Arc<Snapshot>>,
    feed: Feed,
    metrics: Metrics,
}

impl Poller {
    /// Looks now, and from now on in a thread of its own, until the poller is dropped.
    ///
    /// # Errors
    ///
    /// Where no thread can be made.
    pub fn start(
        places: Vec<OsString>,
        interval: Duration,
        metrics: Metrics,
    ) -> io::Result<Arc<Self>> {
        let mut rows = Rows::default();
        let feed = Feed::new(STREAMS);
        let first = Arc::new(Snapshot::take(&places));
        rows.publish(&first, &feed);
        metrics.look(&first);
        let poller = Arc::new(Self { snapshot: watch::Sender::new(first), feed, metrics });
        let weak = Arc::downgrade(&poller);
        thread::Builder::new()
            .name("poller".into())
            .spawn(move || poll(&weak, &places, interval, rows))?;
        Ok(poller)
    }

    /// The files as they were at the last look.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.borrow())
    }

    /// What changes from look to look.
    pub const fn feed(&self) -> &Feed {
        &self.feed
    }

    /// What Prometheus is told.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

fn poll(poller: &Weak<Poller>, places: &[OsString], interval: Duration, mut rows: Rows) {
    let mut due = Instant::now() + interval;
    loop {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let Some(poller) = poller.upgrade() else {
            return;
        };
        let snapshot = Arc::new(Snapshot::take(places));
        rows.publish(&snapshot, &poller.feed);
        poller.metrics.look(&snapshot);
        poller.snapshot.send_replace(snapshot);
        // What takes longer than the interval isn't made up for.
        due = (due + interval).max(Instant::now());
    }
}
