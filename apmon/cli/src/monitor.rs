//! `apmon monitor`: sends figures of the host and of jobs until a signal ends it.

mod stats;

use std::sync::mpsc::{Sender, channel};
use std::thread;

use apmon::{ApMon, Job, JobError, JobHandle};
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::shutdown;
use nix::libc::{SIGHUP, SIGINT};

use crate::args::{JobArgument, MonitorArguments, NAME};
use crate::names::{JOB_CLUSTER, host, job_node};
use crate::sender::{builder, with_options};

/// Sends figures until the end.
pub fn run(arguments: &MonitorArguments) -> Outcome {
    let mut diagnostics = Diagnostics::new(NAME);
    let result = monitor(arguments, &mut diagnostics);
    exit::outcome(result.map_err(|message| escape(&message).into_owned()), &mut diagnostics)
}

fn monitor(arguments: &MonitorArguments, diagnostics: &mut Diagnostics) -> Result<Outcome, String> {
    let signals = shutdown::signals();
    let mut signals = signals.map_err(|error| format!("can't await signals: {error}"))?;
    let builder = builder(&arguments.sender, diagnostics)?.monitor(false);
    let apmon = with_options(builder, &arguments.figures)?.start();
    let apmon = apmon.map_err(|error| error.to_string())?;
    let host = host();
    let node = arguments.node.as_ref().unwrap_or(&host);
    apmon.set_host(&arguments.cluster, node);
    let mut jobs = Vec::new();
    for argument in &arguments.job {
        match add(&apmon, argument, &host) {
            Ok(job) => jobs.push(job),
            Err(error) => diagnostics.error(&format_args!("--job {}: {error}", argument.pid)),
        }
    }
    apmon.monitor(true);
    announce(&apmon, diagnostics, &arguments.cluster, node);
    let end = thread::scope(|scope| {
        let (stop, stopped) = channel();
        if let Some(files) = arguments.stats.files() {
            let apmon = &apmon;
            let thread = thread::Builder::new().name("stats".to_owned());
            let started = thread.spawn_scoped(scope, move || stats::send(apmon, files, &stopped));
            started.map_err(|error| format!("can't start a thread: {error}"))?;
        }
        let end = await_end(signals.forever(), &apmon);
        drop::<Sender<()>>(stop);
        Ok::<_, String>(end)
    })?;
    // Sends final figures of all jobs at once; of each alone when its handle is dropped before.
    drop(apmon);
    drop(jobs);
    Ok(if end == Outcome::Fine && diagnostics.errors() > 0 { Outcome::Failed } else { end })
}

/// Reads the configuration again at each SIGHUP, until another signal comes.
fn await_end(signals: impl Iterator<Item = i32>, apmon: &ApMon) -> Outcome {
    for signal in signals {
        match signal {
            SIGHUP => apmon.reload(),
            SIGINT => return Outcome::Interrupted(signal as u8),
            _ => break,
        }
    }
    Outcome::Fine
}

/// Monitors a job until its process ends, or its handle is dropped.
fn add(apmon: &ApMon, argument: &JobArgument, host: &str) -> Result<JobHandle, JobError> {
    let JobArgument { pid, work_dir, cluster, node } = argument;
    let cluster = cluster.as_deref().unwrap_or(JOB_CLUSTER);
    let node = node.clone().unwrap_or_else(|| job_node(host, *pid));
    let mut job = Job::new(cluster, node);
    if let Some(directory) = work_dir {
        job = job.work_dir(directory);
    }
    apmon.add_job(*pid, job)
}

/// Says what is sent, and where.
fn announce(apmon: &ApMon, diagnostics: &Diagnostics, cluster: &str, node: &str) {
    let destinations: Vec<_> = apmon.destinations().iter().map(ToString::to_string).collect();
    let destinations = destinations.join(", ");
    let interval = apmon.options().system.interval;
    let message =
        format!("sending figures of {cluster} {node} to {destinations} every {interval:?}");
    diagnostics.note(&escape(&message));
}
