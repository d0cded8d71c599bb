//! Connections, until it ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use crate::safety::secured;
use crate::{Hosts, Limits};

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    hosts: Hosts,
    limits: Limits,
}

impl Server {
    /// Listens. Port 0: any that is free, see [`address`](Self::address).
    ///
    /// # Errors
    ///
    /// Where the address can't be listened on: taken, not this machine's, or not allowed.
    pub async fn listen(address: SocketAddr, hosts: Hosts, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, hosts, limits })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `end` is there. Answers that are under way then have
    /// [`Limits::farewell`] to be sent; live streams are cut.
    pub async fn serve(self, router: Router, end: impl Future<Output = ()>) {
        let Self { listener, hosts, limits, .. } = self;
        let service = TowerToHyperService::new(secured(router, hosts, limits));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(limits.head.max(8 << 10));
        let free = Arc::new(Semaphore::new(limits.connections));
        let graceful = GracefulShutdown::new();
        let mut end = std::pin::pin!(end);
        loop {
            let accepted = async {
                let permit = Arc::clone(&free).acquire_owned().await;
                (accept(&listener).await, permit)
            };
            let (stream, permit) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut end => break,
            };
            let connection = http.serve_connection(TokioIo::new(stream), service.clone());
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A client that goes away, or sends what isn't HTTP, is no concern of ours.
                let _ = connection.await;
                drop(permit);
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(limits.farewell, graceful.shutdown()).await;
    }
}

/// The next connection. Where none can be had, as too many files are open, it waits a little:
/// some will close.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Waits for Ctrl-C or SIGTERM, and gives its number.
///
/// # Errors
///
/// Where signals can't be waited for.
pub fn ending_by_signal() -> io::Result<impl Future<Output = i32>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
        }
    })
}
