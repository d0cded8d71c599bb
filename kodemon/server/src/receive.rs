//! Receives messages and passes executions on.

mod admission;

use std::io;
use std::time::{Duration, Instant};

use kodemon::limits::MESSAGE_BYTES;
use mmstats_udp::receive::{Datagram, Handler, Receiver, Sockets};

use crate::ingest::IngestQueue;
pub use admission::{Admission, OnRefused, Rules};

/// How long the stores may take at shutdown: longer than they try, shorter than the grace period of
/// the process.
const STORE_TIMEOUT: Duration = Duration::from_millis(1_250);

/// The thread that receives, and the queues that it fills.
pub struct Receiving(Receiver<Intake>);

impl Receiving {
    /// Starts to receive.
    ///
    /// # Errors
    ///
    /// Returns an error if a thread or a pipe can't be created.
    pub fn start(
        sockets: Sockets,
        admission: Admission,
        queues: Vec<IngestQueue>,
    ) -> io::Result<Self> {
        Receiver::start(sockets, MESSAGE_BYTES, Intake { admission, queues }).map(Self)
    }

    /// Stores what has arrived and stops. Returns whether all stores were closed without an error.
    pub fn finish(self) -> bool {
        let Some(Intake { queues, .. }) = self.0.finish() else {
            return false;
        };
        queues.iter().for_each(IngestQueue::close);
        let until = Instant::now() + STORE_TIMEOUT;
        let ended: Vec<_> = queues.into_iter().map(|queue| queue.finish(until)).collect();
        ended.into_iter().all(|ended| ended)
    }
}

/// Takes messages, and passes those that are accepted to each queue.
struct Intake {
    admission: Admission,
    queues: Vec<IngestQueue>,
}

impl Handler for Intake {
    fn begin_batch(&mut self) {
        self.admission.begin_batch();
    }

    fn datagram(&mut self, datagram: Datagram<'_>) {
        self.admission.admit(datagram);
    }

    fn end_batch(&mut self) {
        if !self.admission.accepted().is_empty() {
            for queue in &self.queues {
                queue.push(self.admission.accepted());
            }
        }
        self.admission.end_batch();
    }

    fn dropped(&mut self, datagrams: u64) {
        self.admission.count_dropped(datagrams);
    }
}
