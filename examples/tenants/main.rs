//! Stats with dimensions: what each tenant of a service does, counted by four threads, and what the
//! tools make of it.
//!
//! ```text
//! cargo run --release --example tenants
//! ```
//!
//! [`stats`] declares them, [`service`] counts. Below run the tools, as they would in another
//! terminal.

mod service;
mod stats;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Parser;
use mmstats_cli::shutdown::Shutdown;
use mmstats_tools::{pollstats, slurpstats};

use service::Done;

const THREADS: u64 = 4;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tenants: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    // Ctrl-C ends it in good order, so that the files are removed.
    let shutdown = Shutdown::on_signal()?;
    stats::admit_tenants();
    println!(
        "{THREADS} threads answer requests of four tenants, and of others that somebody invents."
    );
    println!("By tenant, where (none) has those beyond the limit of series:");
    let done = serve_until(|| {
        // Then the invented tenants are there.
        thread::sleep(Duration::from_millis(200));
        poll(&["--by", "tenant", "-c", "4", "-d", "0.5", "api.requests"], &shutdown)
    })?;
    if shutdown.is_requested() {
        return Ok(());
    }
    let Done { requests, invented } = done;
    println!("\n{requests} requests were answered, {invented} of them of invented tenants.");
    println!("Added up over all dimensions:");
    slurp(&[
        "--sum",
        "--by",
        "",
        "-l",
        "api.requests",
        "-l",
        "api.latency",
        "-l",
        "api.in_flight",
    ])?;
    println!("For Prometheus, dimensions are labels:");
    slurp(&["--sum", "-o", "prom", "-l", "api.requests", "-l", "api.in_flight"])
}

/// Answers requests in several threads while `watch` runs.
fn serve_until(watch: impl FnOnce() -> io::Result<()>) -> io::Result<Done> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let serve = |seed| service::serve(seed, &is_over);
        let threads: Vec<_> = (1..=THREADS).map(|seed| scope.spawn(move || serve(seed))).collect();
        let watched = watch();
        is_over.store(true, Ordering::Relaxed);
        let mut done = Done::default();
        for thread in threads {
            done += thread.join().expect("a thread doesn't panic");
        }
        watched.map(|()| done)
    })
}

fn poll(arguments: &[&str], shutdown: &Shutdown) -> io::Result<()> {
    let arguments = pollstats::Arguments::parse_from(command_line("pollstats", arguments)?);
    let screen = pollstats::Screen::of(&io::stdout(), arguments.common.color);
    pollstats::run(&arguments, &mut io::stdout(), screen, shutdown).map(drop)
}

fn slurp(arguments: &[&str]) -> io::Result<()> {
    let line = command_line("slurpstats", arguments)?;
    slurpstats::run(&slurpstats::Arguments::parse_from(line)).map(drop)
}

/// Prints the command that reads this process's files, and returns it.
fn command_line(tool: &str, arguments: &[&str]) -> io::Result<Vec<OsString>> {
    let mut line: Vec<OsString> = vec![tool.into()];
    line.extend(arguments.iter().map(OsString::from));
    line.push(stats::files()?.into());
    print!("\n$");
    for argument in &line {
        print!(" {}", quoted(&argument.to_string_lossy()));
    }
    println!("\n");
    Ok(line)
}

/// As a shell takes it.
fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
