//! mmash: stats on a web page, as JSON, and for Prometheus.
//!
//! ```text
//!  files --> Poller, once an interval --> Snapshot --> routes, answered from the last one
//!                      '--> Rows, what has changed --> Feed --> pages
//! ```

mod args;
mod original;
mod page;
mod poller;
mod rows;
mod snapshot;

use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use clap::CommandFactory;
use web::{Hosts, Limits, Server, ending_by_signal};

use crate::common::diagnostics::Diagnostics;
use crate::common::exit::Outcome;
use crate::common::generate::generate;
pub use args::Arguments;
use poller::Poller;

/// The tool's name.
pub const NAME: &str = "mmash";

/// Does what the arguments say, until a signal ends it.
///
/// # Errors
///
/// Where stdout can't be written.
pub fn run(arguments: &Arguments) -> io::Result<Outcome> {
    if let Some(what) = arguments.common.generate {
        return generate(what, Arguments::command());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> io::Result<Outcome> {
    let mut diagnostics = Diagnostics::new(NAME);
    let hosts = Hosts::and(arguments.host.iter().cloned());
    let server = match Server::listen(arguments.listen, hosts, Limits::default()).await {
        Ok(server) => server,
        Err(error) => {
            let address = arguments.listen;
            diagnostics.error(&format_args!("can't listen on {address}: {error}"));
            return Ok(Outcome::Failed);
        }
    };
    let signal = ending_by_signal()?;
    let poller = Poller::start(arguments.glob.clone(), arguments.interval)?;
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "http://{}/", server.address())?;
    stdout.flush()?;
    drop(stdout);
    let mut received = 0;
    server.serve(routes(poller), async { received = signal.await }).await;
    Ok(Outcome::Interrupted(received as u8))
}

fn routes(poller: Arc<Poller>) -> Router {
    Router::new().merge(original::routes()).merge(page::routes()).with_state(poller)
}
