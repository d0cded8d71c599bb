//! Looks at the files once an interval, for everybody.

use std::ffi::OsString;
use std::io;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use web::Feed;

use super::metrics::Metrics;
use super::own::Own;
use super::rows::Rows;
use super::snapshot::Snapshot;
use super::wrongs::Wrongs;

/// How many pages may watch at one time.
const STREAMS: usize = 128;

/// What is known of the files, and what changes.
#[derive(Debug)]
pub struct Poller {
    snapshot: watch::Sender<Arc<Snapshot>>,
    feed: Feed,
    metrics: Metrics,
}

/// Who looks.
struct Looking {
    places: Vec<OsString>,
    rows: Rows,
    wrongs: Wrongs,
    own: Option<Arc<Own>>,
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
        wrongs: Wrongs,
        own: Option<Arc<Own>>,
    ) -> io::Result<Arc<Self>> {
        let mut looking = Looking { places, rows: Rows::default(), wrongs, own };
        let (snapshot, feed) = (watch::Sender::default(), Feed::new(STREAMS));
        let poller = Arc::new(Self { snapshot, feed, metrics });
        looking.look(&poller);
        let weak = Arc::downgrade(&poller);
        thread::Builder::new()
            .name("poller".into())
            .spawn(move || poll(&weak, interval, looking))?;
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

impl Looking {
    /// Reads all files once, and tells everybody.
    fn look(&mut self, poller: &Poller) {
        let started = Instant::now();
        let snapshot = Arc::new(Snapshot::take(&self.places));
        self.rows.publish(&snapshot, &poller.feed);
        poller.metrics.look(&snapshot);
        self.wrongs.tell(&snapshot.errors);
        if let Some(own) = &self.own {
            let (files, unreadable) = (snapshot.files.len(), snapshot.errors.len());
            own.looked(started.elapsed(), files, unreadable, poller.feed.watching());
        }
        poller.snapshot.send_replace(snapshot);
    }
}

fn poll(poller: &Weak<Poller>, interval: Duration, mut looking: Looking) {
    let mut due = Instant::now() + interval;
    loop {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let Some(poller) = poller.upgrade() else {
            return;
        };
        looking.look(&poller);
        // What takes longer than the interval isn't made up for.
        due = (due + interval).max(Instant::now());
    }
}
