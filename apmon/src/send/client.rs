//! The sender that a program uses.

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, mem};

use arc_swap::{ArcSwap, Guard};

use super::counts::Counts;
use super::encode::Body;
use super::error::{ConnectError, SendError};
use super::fate::LeftOut;
use super::process::Process;
use super::report::Topic;
use super::{drain, resolve};
use crate::config::{Destination, Level};
use crate::wire::Parameter;

/// How long a sender that is dropped goes on to send what waits.
const LAST_SENDS: Duration = Duration::from_secs(1);
/// How much later its thread may notice.
const SLACK: Duration = Duration::from_millis(200);

/// Sends parameters to MonALISA's receivers.
///
/// It can be shared by threads, and survives a fork: a child sends by sockets of its own, under an
/// instance of its own, and begins to count anew. What waits in its parent's queue stays there.
///
/// When it is dropped, it sends what waits for at most a second, and reports how many packets weren't
/// sent.
pub struct ApMon {
    /// Replaced in a forked child, at the first use there.
    process: ArcSwap<Process>,
}

/// What was sent or queued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Parameters in packets; those that were left out are in [`Counts`].
    pub parameters: usize,
    /// Packets, each for every destination. What became of them is in [`Counts`].
    pub packets: usize,
}

impl ApMon {
    pub(super) fn new(process: Arc<Process>) -> Self {
        Self { process: ArcSwap::new(process) }
    }

    /// Sends parameters for the last cluster and node: at first those of the
    /// [builder](super::Builder::cluster).
    ///
    /// More parameters than a packet holds go into several. A parameter without a name, a number that
    /// is not finite and a text that no packet can hold are left out; they are counted and reported.
    ///
    /// # Errors
    ///
    /// Returns an error if no parameter is left, cluster and node leave no room for one, or there is no
    /// destination.
    pub fn send<'a>(&self, parameters: impl AsRef<[Parameter<'a>]>) -> Result<Sent, SendError> {
        self.send_packets(None, None, parameters.as_ref())
    }

    /// Sends to the last cluster and node, unless others are given.
    pub(super) fn send_packets(
        &self,
        names: Option<(&str, &str)>,
        time: Option<i32>,
        parameters: &[Parameter<'_>],
    ) -> Result<Sent, SendError> {
        let process = self.process();
        let routing = process.routing.load();
        if routing.routes.is_empty() {
            return Err(SendError::NoDestination);
        }
        let mut body = Body::begin(routing.header_room, time);
        let fit = match names {
            Some((cluster, node)) => body.name(cluster, node),
            None => process.names.with(|cluster, node| body.name(cluster, node)),
        };
        if !fit {
            return Err(SendError::NamesTooLong);
        }
        // Only now: with names that are too long, the next packet would fail, too.
        if let Some((cluster, node)) = names {
            process.names.remember(cluster, node);
        }
        let max_size = process.settings.max_size.unwrap_or(routing.options.max_size);
        let (mut sent, mut queued) = (Sent::default(), false);
        let mut finish = |body: &mut Body| {
            sent.parameters += body.count();
            sent.packets += 1;
            body.finish();
            for route in routing.active() {
                queued |= process.dispatch(route, body);
            }
            body.restart();
        };
        for parameter in parameters {
            if let Err(reason) = body.check(parameter, process.settings.finite) {
                leave_out(&process, parameter, reason);
                continue;
            }
            if body.is_full_for(parameter, max_size) {
                finish(&mut body);
            }
            body.push(parameter);
        }
        if body.count() > 0 {
            finish(&mut body);
        }
        if queued {
            drain::start(&process);
        }
        if sent.packets == 0 { Err(SendError::NothingToSend) } else { Ok(sent) }
    }

    /// Where packets are sent now: without passwords when displayed, and without those that have the
    /// same address as an earlier one.
    pub fn destinations(&self) -> Vec<Destination> {
        let routing = self.process().routing.load_full();
        routing.active().map(|route| route.destination.clone()).collect()
    }

    /// What became of the packets of this process so far.
    pub fn counts(&self) -> Counts {
        self.process().counters.read()
    }

    /// Waits until the address of each destination is known. Optional: until then packets are queued,
    /// or dropped with [`RateLimit::Drop`](super::RateLimit::Drop).
    ///
    /// # Errors
    ///
    /// Returns an error that names the first destination without an address if that takes longer than
    /// `timeout`.
    pub fn connect(&self, timeout: Duration) -> Result<(), ConnectError> {
        let process = self.process();
        let missing = || {
            let routing = process.routing.load();
            routing.routes.iter().find(|route| route.address().is_none()).cloned()
        };
        process.wake.wait_for(timeout, || missing().is_none());
        match missing() {
            Some(route) => Err(ConnectError { destination: route.destination.to_string() }),
            None => Ok(()),
        }
    }

    /// Waits until no packet waits any more, for at most `timeout`. Returns how many do.
    pub fn flush(&self, timeout: Duration) -> u64 {
        let process = self.process();
        process.wake.wait_for(timeout, || process.counters.waiting() == 0);
        process.counters.waiting()
    }

    /// Sends what waits for at most a second, reports how many packets weren't sent, and returns the final
    /// counts. Dropping it does the same.
    pub fn close(self) -> Counts {
        self.end();
        self.counts()
    }

    /// Ends the threads of this process's sender. A second time nothing is left to do.
    fn end(&self) {
        let process = self.process.load_full();
        if process.generation != mmstats::fork_generation() {
            return mem::forget(process);
        }
        let deadline = Instant::now() + LAST_SENDS;
        process.wake.end(deadline);
        if process.drains.load(std::sync::atomic::Ordering::Acquire) {
            process.wake.wait_for_end(deadline + SLACK);
        }
        let abandoned = process.abandon(&process.routing.load().routes);
        if abandoned > 0 {
            let reporter = &process.settings.reporter;
            reporter.report_each(Level::Warning, || format!("packets not sent: {abandoned}"));
        }
    }

    /// The sender of this process.
    #[inline]
    pub(super) fn process(&self) -> Guard<Arc<Process>> {
        let process = self.process.load();
        if process.generation == mmstats::fork_generation() {
            return process;
        }
        self.adopt(&process);
        self.process.load()
    }

    /// Makes a sender for a forked child. Of its parent's only the sockets are closed; the rest is never
    /// touched again, nor freed: another thread may have been changing it at the fork.
    #[cold]
    fn adopt(&self, parent: &Arc<Process>) {
        mem::forget(Arc::clone(parent));
        let child = Arc::new(parent.in_child());
        let before = self.process.compare_and_swap(parent, Arc::clone(&child));
        // Otherwise another thread of the child was faster.
        if Arc::ptr_eq(&before, parent) {
            parent.close_sockets();
            resolve::start(&child);
        }
    }
}

impl Drop for ApMon {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for ApMon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let process = self.process.load();
        let routing = process.routing.load();
        let destinations = routing.routes.iter().map(|route| route.destination.to_string());
        f.debug_struct("ApMon")
            .field("destinations", &destinations.collect::<Vec<_>>())
            .field("counts", &process.counters.read())
            .finish_non_exhaustive()
    }
}

#[cold]
fn leave_out(process: &Process, parameter: &Parameter<'_>, reason: LeftOut) {
    process.counters.left_out(reason);
    process.report(Topic::Parameter, || {
        let name = String::from_utf8_lossy(parameter.name);
        let name: String = name.chars().take(100).collect();
        format!("parameter '{}' is left out: {reason}", name.escape_debug())
    });
}
