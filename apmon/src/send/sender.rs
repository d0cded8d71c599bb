//! Sends packets, in any process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::Guard;

use super::counts::Counts;
use super::encode::Body;
use super::error::{ConnectError, SendError};
use super::fate::LeftOut;
use super::process::Process;
use super::report::Topic;
use super::{drain, resolve};
use crate::config::{Destination, Level, Monitoring, Options};
use crate::per_process::Own;
use crate::wire::Parameter;

/// How much later its thread may notice.
const SLACK: Duration = Duration::from_millis(200);

/// Sends parameters. A forked child sends by sockets of its own, under an instance of its own.
#[derive(Debug)]
pub struct Sender(Own<Process>);

/// Which cluster and node a packet has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum To<'a> {
    /// Those of the last packet.
    Last,
    /// These, which are those of the next one, too.
    Remember(&'a str, &'a str),
    /// These, for once.
    Once(&'a str, &'a str),
}

/// What was sent or queued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Parameters in packets; those that were left out are in [`Counts`].
    pub parameters: usize,
    /// Packets, each for every destination. What became of them is in [`Counts`].
    pub packets: usize,
}

impl Sender {
    pub(super) fn new(process: Arc<Process>) -> Self {
        Self(Own::new(process))
    }

    /// Sends parameters: see [`ApMon::send`](crate::ApMon::send).
    pub(crate) fn send(
        &self,
        to: To<'_>,
        time: Option<i32>,
        parameters: &[Parameter<'_>],
    ) -> Result<Sent, SendError> {
        let process = self.process();
        let routing = process.routing.load();
        if routing.routes.is_empty() {
            return Err(SendError::NoDestination);
        }
        let mut body = Body::begin(routing.header_room, time);
        let fit = match to {
            To::Last => process.names.with(|cluster, node| body.name(cluster, node)),
            To::Remember(cluster, node) | To::Once(cluster, node) => body.name(cluster, node),
        };
        if !fit {
            return Err(SendError::NamesTooLong);
        }
        // Only now: with names that are too long, the next packet would fail, too.
        if let To::Remember(cluster, node) = to {
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

    /// See [`ApMon::destinations`](crate::ApMon::destinations).
    pub(crate) fn destinations(&self) -> Vec<Destination> {
        let routing = self.process().routing.load_full();
        routing.active().map(|route| route.destination.clone()).collect()
    }

    /// See [`ApMon::counts`](crate::ApMon::counts).
    pub(crate) fn counts(&self) -> Counts {
        self.process().counters.read()
    }

    /// See [`ApMon::connect`](crate::ApMon::connect).
    pub(crate) fn connect(&self, timeout: Duration) -> Result<(), ConnectError> {
        let process = self.process();
        let missing = || {
            let routing = process.routing.load();
            routing.routes.iter().find(|route| route.address().is_none()).cloned()
        };
        process.wake.wait_for(Instant::now().checked_add(timeout), || missing().is_none());
        match missing() {
            Some(route) => Err(ConnectError { destination: route.destination.to_string() }),
            None => Ok(()),
        }
    }

    /// See [`ApMon::flush`](crate::ApMon::flush).
    pub(crate) fn flush(&self, timeout: Duration) -> u64 {
        let process = self.process();
        process
            .wake
            .wait_for(Instant::now().checked_add(timeout), || process.counters.waiting() == 0);
        process.counters.waiting()
    }

    /// Sends what waits until `deadline`, reports how many packets weren't sent, and ends the threads of this
    /// process's sender. A second time nothing is left to do.
    pub(crate) fn end(&self, deadline: Instant) {
        let Some(process) = self.0.existing() else { return };
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

    /// The options now.
    pub(crate) fn options(&self) -> Options {
        self.process().routing.load().options.clone()
    }

    /// Whether figures of the host and of jobs are wanted, and how often.
    pub(crate) fn monitoring(&self) -> (Monitoring, Monitoring) {
        let process = self.process();
        let options = &process.routing.load().options;
        (options.system, options.jobs)
    }

    /// Reads the configuration again, in the background.
    pub(crate) fn reload(&self) {
        self.process().wake.reload();
    }

    /// Reports a problem with figures, rarely.
    pub(crate) fn report_figures(&self, message: impl FnOnce() -> String) {
        self.process().report(Topic::Figures, message);
    }

    /// Waits until `deadline`, if there is one, or until `condition` holds: it is asked when something
    /// changed, here or by [`notify`](Self::notify), and must be short.
    pub(crate) fn wait(&self, deadline: Option<Instant>, condition: impl Fn() -> bool) {
        self.process().wake.wait_for(deadline, condition);
    }

    /// Makes those who [`wait`](Self::wait) ask their condition again.
    pub(crate) fn notify(&self) {
        self.process().wake.changed();
    }

    /// The sender of this process.
    #[inline]
    pub(super) fn process(&self) -> Guard<Arc<Process>> {
        self.0.get(|parent, own| {
            parent.close_sockets();
            resolve::start(own);
        })
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
