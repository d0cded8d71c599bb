//! What the receiving thread does with datagrams.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use mmstats_cli::clock;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::rate_limit::RateLimit;
use mmstats_udp::receive::{Datagram, Handler};

use super::admission::{Admission, Rejection};
use super::packets::{Packets, Received};
use super::queue::Queue;
use super::senders::Senders;
use super::stats::{Counts, Stats};
use crate::args::NAME;

/// Maximum number of lines a second about rejected packets.
const MAX_LINES: u32 = 10;

/// Checks, counts and queues packets.
#[derive(Debug)]
pub struct Intake {
    admission: Admission,
    senders: Senders,
    queue: Arc<Queue>,
    stats: Arc<Stats>,
    log: Option<RateLimit>,
    /// The accepted packets of the batch.
    accepted: Packets,
    /// Not yet published.
    counts: Counts,
    /// When the batch was received; also as Unix time in seconds.
    now: Instant,
    unix_now: f64,
}

impl Intake {
    /// Passes accepted packets to this queue. If `verbose`, reports why others are rejected.
    pub fn new(
        admission: Admission,
        senders: Senders,
        queue: Arc<Queue>,
        stats: Arc<Stats>,
        verbose: bool,
    ) -> Self {
        let log = || RateLimit::new(Diagnostics::new(NAME), MAX_LINES, "packets rejected");
        Self {
            admission,
            senders,
            queue,
            stats,
            log: verbose.then(log),
            accepted: Packets::default(),
            counts: Counts::default(),
            now: Instant::now(),
            unix_now: 0.0,
        }
    }

    fn count(&mut self, rejection: Rejection) {
        let count = match rejection {
            Rejection::Address => &mut self.counts.address,
            Rejection::Rate => &mut self.counts.rate,
            Rejection::TooLarge | Rejection::Malformed(_) => &mut self.counts.malformed,
            Rejection::Password => &mut self.counts.password,
        };
        *count += 1;
    }
}

impl Handler for Intake {
    fn begin_batch(&mut self) {
        self.now = Instant::now();
        self.unix_now = clock::now();
        self.admission.expire(self.now);
        self.senders.expire(self.now);
    }

    fn datagram(&mut self, datagram: Datagram<'_>) {
        self.counts.packets += 1;
        let from = datagram.from();
        match self.admission.check(&datagram, from.ip(), self.now) {
            Ok(numbering) => {
                let bytes = datagram.bytes;
                self.accepted.push(Received { bytes, from, at: self.unix_now });
                if let Some(numbering) = numbering {
                    self.senders.take(from, numbering, self.now);
                }
            }
            Err(rejection) => {
                self.count(rejection);
                if let Some(log) = &self.log {
                    log.log(|| format!("rejected: {from}: {rejection}"));
                }
            }
        }
    }

    fn end_batch(&mut self) {
        let senders = self.senders.count() as u64;
        if self.counts.packets > 0 || self.counts.senders != senders {
            self.counts.losses = self.senders.take_losses();
            self.counts.senders = senders;
            let counts = mem::take(&mut self.counts);
            self.counts.senders = senders;
            self.queue.push(&mut self.accepted, &counts);
        }
    }

    fn dropped(&mut self, datagrams: u64) {
        self.stats.with(|stats| stats.dropped_kernel.add(datagrams));
    }
}
