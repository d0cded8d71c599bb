//! The thread that sends what is queued, as the rate allows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::fate::Fate;
use super::process::Process;
use super::report::Topic;
use super::route::Route;
use super::thread;
use crate::wire::encode::word;

/// What a look at the queues came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A packet was sent or failed.
    Done,
    /// The rate allows the next one after this time.
    Wait(Duration),
    /// No packet waits for a destination with an address.
    Idle,
}

/// Empties the queues of a process.
#[derive(Debug)]
pub(super) struct Drain<'a> {
    process: &'a Process,
    packet: Vec<u8>,
    /// Which destination is next, so that each has its turn.
    turn: usize,
}

impl<'a> Drain<'a> {
    pub(super) fn new(process: &'a Process) -> Self {
        Self { process, packet: Vec::new(), turn: 0 }
    }

    /// Runs until the sender is dropped, and then until everything is sent or its time is over.
    pub(super) fn run(mut self) {
        let Process { wake, counters, .. } = self.process;
        loop {
            let ends = wake.ends();
            let is_late = ends.is_some_and(|ends| Instant::now() >= ends);
            if is_late || ends.is_some() && counters.waiting() == 0 {
                break;
            }
            wake.look_for_work();
            let timeout = match self.step() {
                Step::Done => continue,
                Step::Wait(time) => Some(time),
                Step::Idle => None,
            };
            let left = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
            let timeout = [timeout, left].into_iter().flatten().min();
            wake.wait_for_work(timeout, ends);
        }
        wake.set_ended();
    }

    /// Sends the next packet if it may be sent now.
    pub(super) fn step(&mut self) -> Step {
        let process = self.process;
        let routing = process.routing.load();
        let count = routing.routes.len();
        for offset in 0..count {
            let index = (self.turn + offset) % count;
            let route = &routing.routes[index];
            let is_sent = !route.is_duplicate();
            if route.queue.is_empty() || is_sent && route.address().is_none() {
                continue;
            }
            if is_sent && let Err(wait) = process.rate.take(process.settings.clock.now()) {
                return Step::Wait(wait);
            }
            self.turn = index + 1;
            self.send(route);
            return Step::Done;
        }
        Step::Idle
    }

    fn send(&mut self, route: &Arc<Route>) {
        let process = self.process;
        // Gone if the queue was closed meanwhile.
        let Some(rest) = route.queue.pop() else { return };
        let fate = match &*route.target() {
            _ if route.is_duplicate() => Fate::Abandoned,
            Some(target) => {
                let numbering = route.next(process.instance);
                self.packet.clear();
                self.packet.extend_from_slice(route.header());
                word(&mut self.packet, numbering.instance);
                word(&mut self.packet, numbering.sequence);
                self.packet.extend_from_slice(&rest);
                process.transmit(route, target, &self.packet)
            }
            None => Fate::NoAddress,
        };
        route.queue.done();
        process.dequeued(fate);
    }
}

/// Starts the thread, unless it runs. If it can't be started, the next packet tries again.
#[cold]
pub(super) fn start(process: &Arc<Process>) {
    if !process.claim_drain() {
        return process.wake.work();
    }
    let own = Arc::clone(process);
    let run = move || Drain::new(&own).run();
    if let Err(error) = thread::start("apmon-queue", run) {
        process.drains.store(false, std::sync::atomic::Ordering::Release);
        process.report(Topic::Thread, || format!("packets wait for a thread: {error}"));
    }
}
