//! `apmon receive`: shows and publishes the packets that arrive.
//!
//! ```text
//!  datagrams --> Receiver --> Intake --> Queue --> show --> stdout
//!                                '--> Senders        '--> Publisher --> stats files --> /metrics
//! ```

mod admission;
mod ending;
mod http;
mod intake;
mod networks;
mod output;
mod packets;
mod password;
mod publish;
mod queue;
mod rates;
mod senders;
mod sequence;
mod stats;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Ends, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use apmon::config::DEFAULT_PORT;
use mmstats_cli::address::Listen;
use mmstats_cli::descriptors::raise_descriptor_limit;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::log;
use mmstats_cli::plural::counted;
use mmstats_udp::receive::{Receiver, Sockets};

use crate::args::{Format, NAME, ReceiveArguments};
use crate::password_file;
pub use admission::{Admission, MAX_BYTES};
use ending::End;
use http::Files;
pub use intake::Intake;
pub use packets::Packets;
use password::Expected;
use publish::{Publisher, Shared};
pub use queue::Queue;
use rates::Rates;
pub use senders::Senders;
pub use stats::Stats;

/// How long showing what was received may take at shutdown: shorter than the grace period of the
/// process, of which emptying the sockets takes a part.
const SHOW_TIMEOUT: Duration = Duration::from_millis(1_250);
/// How long the end of the program waits for the log to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

/// Receives until a shutdown signal, or until nobody reads stdout. What goes wrong
/// is reported on stderr.
pub fn run(arguments: &ReceiveArguments) -> Outcome {
    let mut diagnostics = Diagnostics::new(NAME);
    let outcome = exit::outcome(receive(arguments, &diagnostics), &mut diagnostics);
    log::flush(FLUSH_TIMEOUT);
    outcome
}

/// Receives until the end. An error is its message.
fn receive(arguments: &ReceiveArguments, diagnostics: &Diagnostics) -> Result<Outcome, String> {
    let no_thread = |error| format!("can't start a thread: {error}");
    log::start(NAME).map_err(no_thread)?;
    let admission = admission(arguments, diagnostics)?;
    let sockets = sockets(arguments, diagnostics)?;
    let addresses = sockets.addresses().to_vec();
    let (ends, end) = channel();
    let format = arguments.format();
    ending::watch(&ends, format.is_some())
        .map_err(|error| format!("can't await signals: {error}"))?;
    let stats = Stats::publish().map_err(|error| format!("can't publish stats: {error:#}"))?;
    let stats = Arc::new(stats);
    let queue = Arc::new(Queue::new(Arc::clone(&stats)));
    let publisher = publisher(arguments)?;
    let http = serve(arguments, &stats, publisher.as_ref())?;
    start_output(&queue, format, publisher, ends).map_err(no_thread)?;
    let senders = Senders::new(arguments.expire);
    let intake = Intake::new(admission, senders, Arc::clone(&queue), stats, arguments.verbose);
    let receiver = Receiver::start(sockets, MAX_BYTES, intake).map_err(no_thread)?;
    for address in addresses {
        diagnostics.note(&format_args!("receiving on udp://{address}"));
    }
    if let Some(address) = http {
        diagnostics.note(&format_args!("metrics on {}metrics", address.url()));
        if !address.is_local() {
            let warning = "no password; anyone who can connect can read everything";
            diagnostics.note(&format_args!("listening on {address}: {warning}"));
        }
    }
    let (outcome, shown) = match end.recv() {
        Ok(End::Signal(outcome)) => {
            // A panic has been reported by its thread.
            drop(receiver.finish());
            (outcome, show_rest(&queue, &end, format, diagnostics))
        }
        Ok(End::Shown(result)) => (Outcome::Fine, result),
        Ok(End::Closed) | Err(_) => (Outcome::Fine, Ok(())),
    };
    match shown {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("writing to stdout failed: {error}"))
        }
        _ => Ok(outcome),
    }
}

fn admission(arguments: &ReceiveArguments, diagnostics: &Diagnostics) -> Result<Admission, String> {
    let file = arguments.password_file.as_deref();
    let password = file.map(|path| password_file::read(path, diagnostics)).transpose()?;
    Ok(Admission {
        networks: arguments.allow.clone(),
        rates: arguments.max_rate.map(Rates::new),
        password: password.as_ref().map(Expected::new),
    })
}

/// Binds the sockets that packets arrive on.
fn sockets(arguments: &ReceiveArguments, diagnostics: &Diagnostics) -> Result<Sockets, String> {
    let mut sockets = Sockets::default();
    let mut bind = || {
        for address in &arguments.udp {
            sockets.bind(*address)?;
        }
        if arguments.udp.is_empty() { sockets.bind_loopback(DEFAULT_PORT) } else { Ok(None) }
    };
    let absent = bind().map_err(|error| error.to_string())?;
    if let Some(error) = absent {
        diagnostics.note(&format_args!("no IPv6 here, only IPv4: {error}"));
    }
    Ok(sockets)
}

fn publisher(arguments: &ReceiveArguments) -> Result<Option<Shared>, String> {
    if !arguments.publish {
        return Ok(None);
    }
    // Each file takes a descriptor.
    raise_descriptor_limit();
    let publisher = Publisher::new(arguments.max_nodes, arguments.expire);
    let publisher = publisher.map_err(|error| format!("can't publish stats: {error:#}"))?;
    Ok(Some(Shared::new(publisher)))
}

/// Serves metrics, if that is wanted. Returns the address.
fn serve(
    arguments: &ReceiveArguments,
    stats: &Arc<Stats>,
    publisher: Option<&Shared>,
) -> Result<Option<Listen>, String> {
    let (Some(address), Some(publisher)) = (arguments.http, publisher) else {
        return Ok(None);
    };
    let (stats, publisher) = (Arc::clone(stats), publisher.clone());
    let sources = move || {
        let (own, nodes) = publisher.with(|publisher| (publisher.path(), publisher.node_paths()));
        Files { own: stats.path().into_iter().chain(own).collect(), nodes }
    };
    let listening = http::start(address, &arguments.host, Box::new(sources));
    listening.map(Some).map_err(|error| format!("can't listen on {address}: {error}"))
}

fn start_output(
    queue: &Arc<Queue>,
    format: Option<Format>,
    publisher: Option<Shared>,
    ends: Sender<End>,
) -> io::Result<()> {
    let queue = Arc::clone(queue);
    let show = move || drop(ends.send(End::Shown(output::show(&queue, format, publisher))));
    thread::Builder::new().name("output".to_owned()).spawn(show).map(drop)
}

/// Shows and publishes what has been received, as far as it is read in time.
fn show_rest(
    queue: &Queue,
    end: &Ends<End>,
    format: Option<Format>,
    diagnostics: &Diagnostics,
) -> io::Result<()> {
    queue.close();
    let deadline = Instant::now() + SHOW_TIMEOUT;
    loop {
        match end.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(End::Shown(result)) => return result,
            Ok(End::Closed) => return Ok(()),
            Ok(End::Signal(_)) => {}
            Err(_) => {
                let waiting = counted(queue.waiting(), "packets");
                let reason = if format.is_some() { "stdout isn't read: " } else { "" };
                diagnostics.note(&format_args!("{reason}{waiting} not shown"));
                return Ok(());
            }
        }
    }
}
