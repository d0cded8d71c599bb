//! Sends figures of the command, in a thread of its own: the command waits for nothing.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use apmon::{ApMon, Job, Parameter};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;

use crate::args::{NAME, RunArguments};
use crate::names::{host, job_node};
use crate::sender::{builder, with_options};

/// How long the sender of a command that has ended may take to start: a URL takes up to 5 s.
const START_TIMEOUT: Duration = Duration::from_secs(1);
/// How long final figures may take: a second to collect them, and another one to send what waits.
const FINISH_TIMEOUT: Duration = Duration::from_millis(1_950);

type Parameters = Vec<Parameter<'static>>;

/// The thread. It ends without an event if it can't send anything, which it has reported then.
#[derive(Debug)]
pub struct Monitoring {
    ends: Sender<Parameters>,
    events: Receiver<Event>,
}

#[derive(Debug)]
enum Event {
    Started,
    Finished,
}

impl Monitoring {
    /// Starts the thread for a command with this process id.
    ///
    /// # Errors
    ///
    /// Returns an error if the thread can't be started.
    pub fn start(arguments: &RunArguments, job: Job, pid: u32) -> io::Result<Self> {
        let (ends, end) = channel();
        let (happened, events) = channel();
        let arguments = arguments.clone();
        let work = move || {
            // Nobody waits for events any more if it takes too long.
            if let Err(reason) = monitor(&arguments, job, pid, &end, &happened) {
                let reason = escape(&reason);
                Diagnostics::new(NAME)
                    .note(&format_args!("no figures of the command are sent: {reason}"));
            }
        };
        thread::Builder::new().name("monitoring".to_owned()).spawn(work)?;
        Ok(Self { ends, events })
    }

    /// Waits, for some time, until the process id isn't needed any more: that of the command, which has
    /// ended. Returns whether figures are sent at all.
    pub fn wait_until_started(&self) -> bool {
        let started = self.events.recv_timeout(START_TIMEOUT);
        if matches!(started, Err(RecvTimeoutError::Timeout)) {
            let reason = "the configuration isn't read yet";
            Diagnostics::new(NAME)
                .note(&format_args!("no figures of the command were sent: {reason}"));
        }
        started.is_ok()
    }

    /// Sends final figures with these parameters, for a limited time.
    pub fn finish(&self, parameters: Parameters) {
        if self.ends.send(parameters).is_ok() {
            let _: Result<Event, _> = self.events.recv_timeout(FINISH_TIMEOUT);
        }
    }
}

/// Monitors the job until it ends. An error is its message.
fn monitor(
    arguments: &RunArguments,
    job: Job,
    pid: u32,
    end: &Receiver<Parameters>,
    happened: &Sender<Event>,
) -> Result<(), String> {
    let apmon = start(arguments)?;
    let node = arguments.node.clone().unwrap_or_else(|| job_node(&host(), pid));
    let handle = apmon.add_job(pid, job.node(node.as_str()));
    if let Err(error) = &handle {
        let error = error.to_string();
        Diagnostics::new(NAME)
            .note(&format_args!("only final figures are sent: {}", escape(&error)));
    }
    drop(happened.send(Event::Started));
    let Ok(parameters) = end.recv() else { return Ok(()) };
    match handle {
        Ok(handle) => handle.finish(&parameters),
        // What is wrong was reported.
        Err(_) => drop(apmon.send_to(&arguments.cluster, &node, &parameters)),
    }
    drop(apmon);
    drop(happened.send(Event::Finished));
    Ok(())
}

fn start(arguments: &RunArguments) -> Result<ApMon, String> {
    let diagnostics = Diagnostics::new(NAME);
    let builder = builder(&arguments.sender, &diagnostics)?.monitor(true);
    // Figures of the host only if they are asked for by `--set`.
    let builder = builder.option("sys_monitoring", "off").map_err(|error| error.to_string())?;
    let builder = with_options(builder, &arguments.figures)?;
    builder.start().map_err(|error| error.to_string())
}
