//! The thread that looks up addresses, and reads configuration files and URLs again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use mmstats_udp::address;

use super::process::Process;
use super::report::Topic;
use super::route::{Route, Target};
use super::routing::Routing;
use super::thread;
use crate::config::Destination;

/// The most names that are looked up at the same time.
const LOOKUPS: usize = 16;
/// The pause after a failed look-up: initial and maximum.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// What a look-up found.
type Found = io::Result<Vec<SocketAddr>>;

/// Starts the thread if there is anything for it to do.
pub(super) fn start(process: &Arc<Process>) {
    let routing = process.routing.load();
    let is_literal = |route: &Arc<Route>| address::literal(&route.destination.host).is_some();
    let is_done = |route| is_literal(route) && route.address().is_some();
    let needed = process.settings.sources.is_some() || !routing.routes.iter().all(is_done);
    if !needed || !process.settings.threads {
        return;
    }
    let own = Arc::clone(process);
    if let Err(error) = thread::start("apmon-addresses", move || run(&own)) {
        process.report(Topic::Thread, || format!("addresses aren't looked up: {error}"));
    }
}

/// Looks up the addresses that need no name service.
pub(super) fn resolve_literals(routing: &Routing, report: impl Fn(Topic, String)) {
    for (index, route) in routing.routes.iter().enumerate() {
        let Destination { host, port, .. } = &route.destination;
        if route.address().is_none() && address::literal(host).is_some() {
            enter(routing, index, address::lookup(host, *port), &report);
        }
    }
    mark_duplicates(routing, &report);
}

/// Runs until the sender is dropped, or nothing is left to do.
fn run(process: &Process) {
    let mut pause = PAUSES.0;
    let mut recheck = next_recheck(process);
    let mut everything = true;
    loop {
        let missing = resolve_all(process, everything);
        let retry = missing.then(|| Instant::now() + pause);
        let next = [retry, recheck].into_iter().flatten().min();
        let is_done = next.is_none() && process.settings.sources.is_none();
        if is_done || process.wake.pause(next) {
            return;
        }
        let is_due = recheck.is_some_and(|recheck| Instant::now() >= recheck);
        everything = process.wake.take_reload() || is_due;
        if everything {
            reload(process);
            recheck = next_recheck(process);
            pause = PAUSES.0;
        } else {
            pause = PAUSES.1.min(pause * 2);
        }
    }
}

fn next_recheck(process: &Process) -> Option<Instant> {
    let interval = process.routing.load().options.recheck?;
    Instant::now().checked_add(interval)
}

/// Looks up the addresses that are missing, or all names, each on a thread of its own: a name server
/// that doesn't answer delays no other name. Returns whether any is missing still.
pub(super) fn resolve_all(process: &Process, everything: bool) -> bool {
    let routing = process.routing.load_full();
    let is_wanted = |route: &Route| {
        let is_literal = address::literal(&route.destination.host).is_some();
        route.address().is_none() || everything && !is_literal
    };
    let wanted: Vec<_> =
        (0..routing.routes.len()).filter(|&index| is_wanted(&routing.routes[index])).collect();
    for some in wanted.chunks(LOOKUPS) {
        for (index, found) in look_up(&routing, some) {
            if process.wake.ends().is_some() {
                return false;
            }
            enter(&routing, index, found, &|topic, message| process.report(topic, || message));
            process.wake.changed();
            process.wake.work();
        }
    }
    routing.routes.iter().any(|route| route.address().is_none())
}

/// Looks up the addresses of some destinations at the same time. Returns them as they are found.
fn look_up(routing: &Routing, indices: &[usize]) -> Receiver<(usize, Found)> {
    let (found, results) = mpsc::channel();
    for &index in indices {
        let Destination { host, port, .. } = routing.routes[index].destination.clone();
        let found = found.clone();
        // Nobody waits for it any more once the sender is dropped.
        let look_up = move || drop(found.send((index, address::lookup(&host, port))));
        // Without a thread it is looked up here; a closure that wasn't started is gone.
        if thread::start("apmon-lookup", look_up.clone()).is_err() {
            look_up();
        }
    }
    results
}

/// Reads the sources again. If none gives a destination, everything stays as it is.
pub(super) fn reload(process: &Process) {
    let settings = &process.settings;
    let Some(sources) = &settings.sources else { return };
    let mut configuration = match sources.load() {
        Ok(configuration) => configuration,
        Err(error) => return process.report(Topic::Source, || error.to_string()),
    };
    configuration.options.set_all(&settings.options);
    let old = process.routing.load_full();
    let routing = Routing::new(&settings.destinations, configuration, Some(&old));
    resolve_literals(&routing, |topic, message| process.report(topic, || message));
    process.install(routing);
}

/// Enters what the look-up of a destination's address found. If that failed, or found the old one, it
/// stays.
fn enter(routing: &Routing, index: usize, found: Found, report: &impl Fn(Topic, String)) {
    let route = &routing.routes[index];
    let destination = &route.destination;
    let target = found.and_then(|addresses| {
        let stays = route.address().is_some_and(|address| addresses.contains(&address));
        if stays { Ok(None) } else { Target::connect(&addresses).map(Some) }
    });
    match target {
        Ok(Some(target)) => {
            // A duplicate is one before it is sent to.
            mark_duplicate(routing, index, target.address, report);
            route.set_target(target);
            // It may have left its old address to another one.
            mark_duplicates(routing, report);
        }
        Ok(None) => {}
        Err(error) => {
            report(Topic::Lookup, format!("{destination}: the address can't be found: {error}"));
        }
    }
}

/// Of destinations with the same address and port, only the one that had it first is sent to: what waits
/// for another one may have been sent by then.
fn mark_duplicates(routing: &Routing, report: &impl Fn(Topic, String)) {
    for (index, route) in routing.routes.iter().enumerate() {
        if let Some(address) = route.address() {
            mark_duplicate(routing, index, address, report);
        }
    }
}

fn mark_duplicate(
    routing: &Routing,
    index: usize,
    address: SocketAddr,
    report: &impl Fn(Topic, String),
) {
    let route = &routing.routes[index];
    let mut others = routing.active().filter(|other| !Arc::ptr_eq(other, route));
    let used = others.find(|other| other.address() == Some(address));
    let changed = route.set_duplicate(used.is_some());
    if let (true, Some(used)) = (changed, used) {
        let (one, other) = (&route.destination, &used.destination);
        let message = format!("{one}: the same address as {other}: only one is used");
        report(Topic::Duplicate, message);
    }
}

impl Process {
    /// Uses another configuration from now on.
    fn install(&self, routing: Routing) {
        let settings = &self.settings;
        self.rate.set(settings.max_rate.unwrap_or(routing.options.max_rate));
        settings.reporter.set_level(routing.options.level);
        let new = Arc::new(routing);
        let old = self.routing.swap(Arc::clone(&new));
        for problem in new.problems.iter().filter(|problem| !old.problems.contains(problem)) {
            settings.reporter.report_each(problem.level, || problem.to_string());
        }
        let gone = |route: &&Arc<Route>| new.routes.iter().all(|stays| !Arc::ptr_eq(stays, route));
        let gone: Vec<_> = old.routes.iter().filter(gone).cloned().collect();
        let abandoned = self.abandon(&gone);
        if abandoned > 0 {
            self.report(Topic::Abandoned, || {
                format!("packets not sent, as their destinations are gone: {abandoned}")
            });
        }
        // A destination may have got its address, or one without an address may be gone.
        self.wake.changed();
        self.wake.work();
    }
}
