//! `apmon run`: runs a command and sends figures of it.

mod children;
mod command;
mod monitoring;
mod signals;
mod usage;

use std::io;
use std::time::Duration;

use apmon::Job;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::escape::escape;
use mmstats_cli::exit::Outcome;
use mmstats_cli::log;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::kill;

use crate::args::{NAME, RunArguments};
use children::Children;
use monitoring::Monitoring;
use signals::{Caught, Event, Signals};
use usage::Begin;

/// How long the end of the program waits for messages to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(100);

/// Runs the command, and ends as it does.
pub fn run(arguments: &RunArguments) -> Outcome {
    let mut diagnostics = Diagnostics::new(NAME);
    let outcome = run_command(arguments, &mut diagnostics).unwrap_or_else(|error| {
        diagnostics.error(&format_args!("can't run the command: {error}"));
        Outcome::Failed
    });
    log::flush(FLUSH_TIMEOUT);
    outcome
}

fn run_command(arguments: &RunArguments, diagnostics: &mut Diagnostics) -> io::Result<Outcome> {
    let Some((program, rest)) = arguments.command.split_first() else {
        // clap asks for one.
        return Ok(Outcome::Failed);
    };
    let caught = Caught::start()?;
    let adopts = set_child_subreaper(true);
    let job = job(arguments);
    let begin = Begin::now();
    let command = match command::start(program, rest) {
        Ok(command) => command,
        Err(error) => {
            let program = program.to_string_lossy();
            diagnostics.error(&format_args!("{}: {error}", escape(&program)));
            return Ok(Outcome::Exited(command::exit_code(&error)));
        }
    };
    // Before any thread starts, which would get them.
    let signals = caught.block();
    // Without a thread for them, messages wait for stderr.
    let _: io::Result<()> = log::start(NAME);
    if let Err(error) = adopts {
        diagnostics.note(&format_args!("orphans of the command can't be adopted: {error}"));
    }
    let monitoring = Monitoring::start(arguments, job, command.id());
    if let Err(error) = &monitoring {
        diagnostics.note(&format_args!("no figures of the command are sent: {error}"));
    }
    let mut children = Children::new(command);
    if let Err(error) = signals.and_then(|signals| wait(&children, signals)) {
        diagnostics.note(&format_args!("signals aren't passed on to the command: {error}"));
    }
    let run_time = begin.elapsed();
    // Before the command is reaped, and another process may have its id.
    let monitoring = monitoring.ok().filter(Monitoring::wait_until_started);
    let usage = begin.usage(children.reap()?, run_time);
    if let Some(monitoring) = monitoring {
        monitoring.finish(usage.parameters());
    }
    Ok(Outcome::Exited(usage.exit_code()))
}

/// The job as it is before the command starts.
fn job(arguments: &RunArguments) -> Job {
    let job = Job::new(arguments.cluster.as_str(), "").descendants();
    match &arguments.work_dir {
        Some(directory) => job.work_dir(directory),
        None => job,
    }
}

/// Waits until the command ends, which isn't reaped: a signal can't reach another process with its id.
fn wait(children: &Children, mut signals: Signals) -> io::Result<()> {
    let command = children.command();
    while !children.has_command_ended()? {
        if let Event::PassOn(signal) = signals.next(command)? {
            // An error says that it may not be signalled, as it runs as another user.
            let _ = kill(command, signal);
        }
    }
    Ok(())
}
