//! mmash: stats on a web page, as JSON, and for Prometheus.
//!
//! ```text
//!  files --> polling, once an interval --> Snapshot --> AppState --> api, compat, metrics
//!                                              |--> live, what changed --> Feed --> page
//!                                              |--> history, an hour of polls --> api
//!                                              '--> recording, with --history --> api
//! ```
#![forbid(unsafe_code)]

mod api;
mod args;
mod compat;
mod history;
mod live;
mod metrics;
mod page;
mod polling;
mod recording;
mod routes;
mod server;
mod state;
mod telemetry;

use std::io;
use std::time::Duration;

use clap::CommandFactory;
use mmstats_cli::diagnostics::Diagnostics;
use mmstats_cli::exit::{self, Outcome};
use mmstats_cli::generate::generate;
use mmstats_cli::log;
use tokio::runtime;

pub use args::{Arguments, NAME};
use compat::Settings;
pub use metrics::GroupBy;

/// How long the exit waits for log messages to be written.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(200);

/// Runs mmash until a signal ends it.
///
/// # Errors
///
/// Returns an error if stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate.what {
        return generate(what, Arguments::command());
    }
    let mut diagnostics = Diagnostics::new(NAME);
    let outcome = Settings::from_env().and_then(|settings| {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("can't start the event loop: {error}"))?;
        let outcome = runtime.block_on(server::serve(arguments, settings));
        // Responses that are still being made aren't waited for.
        runtime.shutdown_background();
        outcome
    });
    let outcome = exit::outcome(outcome, &mut diagnostics);
    log::flush(FLUSH_TIMEOUT);
    Ok(outcome)
}
