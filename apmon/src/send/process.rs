//! A sender in one process. A forked child has one of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use mmstats_udp::Outcome;

use super::counts::Counters;
use super::encode::Body;
use super::fate::Fate;
use super::names::Names;
use super::queue::NotQueued;
use super::rate::Rate;
use super::report::Topic;
use super::route::{Route, Target};
use super::routing::Routing;
use super::settings::{RateLimit, Settings};
use super::wake::Wake;
use crate::config::Level;
use crate::per_process::PerProcess;

/// The state of a sender in one process.
#[derive(Debug)]
pub(super) struct Process {
    /// Which process: see [`mmstats::fork_generation`].
    generation: u32,
    /// Distinguishes this sender from all others.
    pub(super) instance: i32,
    pub(super) settings: Arc<Settings>,
    pub(super) routing: ArcSwap<Routing>,
    pub(super) rate: Rate,
    pub(super) names: Names,
    pub(super) counters: Counters,
    pub(super) wake: Wake,
    /// Whether the thread that empties queues was started.
    pub(super) drains: AtomicBool,
}

impl Process {
    /// The sender of this process.
    pub(super) fn new(settings: Arc<Settings>, routing: Routing) -> Self {
        let names = Names::new(settings.names.clone());
        Self::with(settings, routing, names)
    }

    fn with(settings: Arc<Settings>, routing: Routing, names: Names) -> Self {
        let max_rate = settings.max_rate.unwrap_or(routing.options.max_rate);
        Self {
            generation: mmstats::fork_generation(),
            instance: random_instance(),
            rate: Rate::new(max_rate),
            counters: Counters::new(settings.publish),
            settings,
            routing: ArcSwap::from_pointee(routing),
            names,
            wake: Wake::default(),
            drains: AtomicBool::new(false),
        }
    }

    /// Sends a packet to a destination, queues or drops it. Returns whether it was queued.
    pub(super) fn dispatch(&self, route: &Route, body: &mut Body) -> bool {
        let target = route.target();
        let max = match self.settings.rate_limit {
            RateLimit::Queue(max) => max,
            RateLimit::Drop => 0,
        };
        // What waits goes first.
        let next = if !route.queue.is_empty() || target.is_none() {
            None
        } else {
            Some(self.rate.take(self.settings.clock.now()))
        };
        match (next, &*target) {
            (Some(Ok(())), Some(target)) => {
                let packet = body.with_header(route.header(), route.next(self.instance));
                let fate = self.transmit(route, target, packet);
                self.counters.fate(fate);
                return false;
            }
            _ if max > 0 => {
                // Counted first, as it may be sent at once.
                self.counters.queued();
                let full = if target.is_none() { Fate::NoAddress } else { Fate::QueueFull };
                match route.queue.push(max, || body.timed(self.unix_time())) {
                    Ok(()) => return true,
                    // Whoever closed it reports that.
                    Err(NotQueued::Closed) => self.dequeued(Fate::Abandoned),
                    Err(NotQueued::Full) => {
                        self.dequeued(full);
                        self.report_dropped(route, full);
                    }
                }
            }
            (next, _) => {
                let fate = if next.is_some() { Fate::RateLimited } else { Fate::NoAddress };
                self.counters.fate(fate);
                self.report_dropped(route, fate);
            }
        }
        false
    }

    /// One system call.
    pub(super) fn transmit(&self, route: &Route, target: &Target, packet: &[u8]) -> Fate {
        let sent = mmstats_udp::send(&target.socket, packet);
        if sent.earlier_refused {
            self.counters.returned();
            self.report(Topic::Refused, || format!("{}: nobody listens there", route.destination));
        }
        let fate = match &sent.outcome {
            Outcome::Sent => return Fate::Sent,
            Outcome::Refused => return Fate::Refused,
            Outcome::WouldBlock => Fate::WouldBlock,
            Outcome::TooLarge => Fate::TooLarge,
            Outcome::Unreachable => Fate::Unreachable,
            Outcome::Failed(_) => Fate::Failed,
        };
        self.report(Topic::System, || {
            let destination = &route.destination;
            let size = packet.len();
            match &sent.outcome {
                Outcome::WouldBlock => format!("{destination}: the send buffer is full"),
                Outcome::TooLarge => {
                    format!("{destination}: {size} bytes are too large for the network")
                }
                Outcome::Failed(error) => format!("{destination}: {error}"),
                _ => format!("{destination}: there is no route to it"),
            }
        });
        fate
    }

    /// Reports that packets aren't sent, and why.
    fn report_dropped(&self, route: &Route, fate: Fate) {
        let destination = &route.destination;
        if fate == Fate::NoAddress {
            self.report(Topic::NoAddress, || {
                format!("{destination}: packets are dropped, as no address is known yet")
            });
        } else {
            self.report(Topic::Rate, || {
                format!("{destination}: packets are dropped, as more come than the rate allows")
            });
        }
    }

    /// Reports a problem, rarely.
    pub(super) fn report(&self, topic: Topic, message: impl FnOnce() -> String) {
        let Settings { reporter, clock, .. } = &*self.settings;
        reporter.report(topic, Level::Warning, clock.now(), message);
    }

    /// Counts the fate of a packet that waited, and wakes who waits for the last one.
    pub(super) fn dequeued(&self, fate: Fate) {
        self.counters.dequeued(fate);
        if self.counters.waiting() == 0 {
            self.wake.changed();
        }
    }

    /// In a forked child, closes the parent's sockets: a child of a child would otherwise inherit those
    /// of all its ancestors.
    pub(super) fn close_sockets(&self) {
        self.routing.load().routes.iter().for_each(|route| route.close());
    }

    /// Counts what is queued for these destinations as abandoned, and takes no more for them.
    pub(super) fn abandon(&self, routes: &[Arc<Route>]) -> usize {
        let mut count = 0;
        for route in routes {
            let waiting = route.queue.close();
            (0..waiting).for_each(|_| self.dequeued(Fate::Abandoned));
            count += waiting;
        }
        count
    }

    /// Marks the thread that empties queues as started. Returns whether it wasn't.
    pub(super) fn claim_drain(&self) -> bool {
        self.settings.threads && !self.drains.swap(true, Ordering::AcqRel)
    }

    /// The time of day, as packets have it; 0 beyond its range.
    fn unix_time(&self) -> i32 {
        unix_time(self.settings.clock.time()).unwrap_or_default()
    }
}

impl PerProcess for Process {
    fn generation(&self) -> u32 {
        self.generation
    }

    /// It reads of its parent's only what no lock protects.
    fn in_child(&self) -> Self {
        let pair = self.names.try_copy().unwrap_or_else(|| self.settings.names.clone());
        let routing = self.routing.load().in_child();
        Self::with(Arc::clone(&self.settings), routing, Names::new(pair))
    }
}

/// Unix time in seconds, if a packet can have it.
pub(super) fn unix_time(time: SystemTime) -> Option<i32> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    i32::try_from(since.as_secs()).ok().filter(|seconds| *seconds > 0)
}

/// From 1 to 0x7FFFFFFE.
fn random_instance() -> i32 {
    let mut bytes = [0; 4];
    // Without the system's randomness, the time of a process's first packet has to do.
    if getrandom::fill(&mut bytes).is_err() {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
        bytes = now.subsec_nanos().to_le_bytes();
    }
    let number = u32::from_le_bytes(bytes) % (i32::MAX as u32 - 1);
    number as i32 + 1
}
