//! A small web server that publishes stats, and what the tools make of them.
//!
//! ```text
//! cargo run --release --bin webapp
//! ```
//!
//! Worker threads answer `/`, `/500` and `/status`; each counts in a file of its own. Two clients
//! load the server, so that there is something to see. Below runs pollstats, as it would in
//! another terminal, and at the end slurpstats.

mod load;
mod server;
mod stats;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mmstats_cli::shutdown::Shutdown;
use mmstats_tools::{pollstats, slurpstats};

use load::Load;
use server::Server;

/// A small web server that publishes stats, and what the tools make of them
#[derive(Parser)]
#[command(name = "webapp")]
struct Arguments {
    /// How long to run; 0: until Ctrl-C, as it does on a terminal; else 20
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,

    /// The port on 127.0.0.1; 0: any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,

    /// Threads that answer requests
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: u16,

    /// Don't load the server
    #[arg(long)]
    no_load: bool,
}

impl Arguments {
    /// How long to run. Somebody at a terminal wants to look at it from another one.
    fn seconds(&self) -> u64 {
        self.seconds.unwrap_or(if io::stdout().is_terminal() { 0 } else { 20 })
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webapp: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    // Ctrl-C, SIGTERM and SIGHUP end the run in good order, so that the files are removed.
    let shutdown = Shutdown::on_signal()?;
    let server = Server::start(arguments.port, arguments.workers.into())?;
    introduce(arguments, &server);
    let load = (!arguments.no_load).then(|| Load::start(server.address()));
    watch(arguments, &shutdown)?;
    if let Some(load) = load {
        println!("\n{} requests were made and answered.", load.stop());
    }
    let files = stats::own_files();
    println!("\nThis is slurpstats on the file of one thread:\n");
    slurp(&[], stats::busiest(&files).as_slice())?;
    println!("And this is slurpstats --sum over all threads:\n");
    slurp(&["--sum", "--help-texts"], &files)?;
    server.stop();
    Ok(())
}

fn introduce(arguments: &Arguments, server: &Server) {
    println!("Process {} answers on http://{}/", std::process::id(), server.address());
    let end = match arguments.seconds() {
        0 => "Ctrl-C ends it.".to_owned(),
        seconds => format!("It ends after {seconds} seconds."),
    };
    println!("with {} threads that publish stats. {end}", arguments.workers);
    println!("In another terminal:");
    for tool in ["slurpstats", "pollstats", "mmash", "cleanstats"] {
        println!("  cargo run --release --bin {tool}");
    }
    println!("\nThis is pollstats:\n");
}

/// Shows pollstats until the time is over or a signal has come.
fn watch(arguments: &Arguments, shutdown: &Shutdown) -> io::Result<()> {
    let mut line: Vec<OsString> = vec!["pollstats".into(), "--prefix=web.stats.".into()];
    line.push(format!("--count={}", arguments.seconds()).into());
    line.push("status.2XX,status.5XX,busy,render,response.size".into());
    line.extend(stats::own_files().into_iter().map(Into::into));
    let arguments = pollstats::Arguments::parse_from(line);
    let screen = pollstats::Screen::of(&io::stdout(), arguments.common.color);
    pollstats::run(&arguments, &mut io::stdout(), screen, shutdown)?;
    Ok(())
}

fn slurp(flags: &[&str], files: &[PathBuf]) -> io::Result<()> {
    let mut line = vec![OsString::from("slurpstats")];
    line.extend(flags.iter().map(OsString::from));
    line.extend(files.iter().map(OsString::from));
    slurpstats::run(&slurpstats::Arguments::parse_from(line)).map(drop)
}
