//! Serves what is published, for Prometheus.

mod metrics;

use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::{future, io, thread};

use axum::Router;
use axum::routing::get;
use mmstats_cli::address::Listen;
use mmstats_web::{AllowedHosts, Limits, Server, health};
use tokio::runtime;

pub use metrics::{Files, Sources};
use metrics::{Scrapes, metrics};

/// Serves on a thread of its own until the process ends. Returns the address, with the port that the
/// system chose for 0.
///
/// # Errors
///
/// Returns an error if it can't listen there, or a thread can't be started.
pub fn start(address: SocketAddr, hosts: &[String], sources: Sources) -> io::Result<Listen> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let (started, listening) = sync_channel(1);
    let hosts = AllowedHosts::with(hosts.iter().cloned());
    let serve = move || runtime.block_on(serve(address, hosts, sources, &started));
    thread::Builder::new().name("http".to_owned()).spawn(serve)?;
    listening.recv().map_err(io::Error::other)?
}

async fn serve(
    address: SocketAddr,
    hosts: AllowedHosts,
    sources: Sources,
    started: &SyncSender<io::Result<Listen>>,
) {
    let server = match Server::listen(address, hosts, Limits::default()).await {
        Ok(server) => server,
        Err(error) => return drop(started.send(Err(error))),
    };
    if started.send(Ok(server.address().clone())).is_ok() {
        server.serve(router(sources), future::pending()).await;
    }
}

fn router(sources: Sources) -> Router {
    let routes = [("/metrics", get(metrics)), ("/healthz", health(|_| Ok(())))];
    mmstats_web::router(routes).with_state(Scrapes::new(sources))
}
