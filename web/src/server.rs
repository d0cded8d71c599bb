//! Connections, until it ends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use cli::exit::Outcome;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::answered::{Answered, Witness};
use crate::connections::{Connection, Connections};
use crate::paced::{Pace, Paced};
use crate::safety::secured;
use crate::{Hosts, Limits};

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    hosts: Hosts,
    limits: Limits,
    witness: Option<Witness>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
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
        Ok(Self { listener, address, hosts, limits, witness: None })
    }

    /// Tells `witness` of each request when it is answered, those that are refused too. What
    /// isn't HTTP at all is no request.
    #[must_use]
    pub fn telling(self, witness: impl Fn(&Answered<'_>) + Send + Sync + 'static) -> Self {
        Self { witness: Some(Arc::new(witness)), ..self }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `end` is there. Answers that are under way then have
    /// [`Limits::farewell`] to be sent, live streams too: [`Feed::end`](crate::Feed::end) first.
    pub async fn serve(self, router: Router, end: impl Future<Output = ()>) {
        let Self { listener, hosts, limits, witness, .. } = self;
        let service = TowerToHyperService::new(secured(router, hosts, limits, witness));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(limits.head.max(8 << 10));
        let connections = Arc::new(Connections::new(limits.connections));
        let graceful = GracefulShutdown::new();
        let mut end = std::pin::pin!(end);
        for number in 0.. {
            let accepted = async { (accept(&listener).await, connections.admit(number).await) };
            let (stream, place) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut end => break,
            };
            let connection = Arc::clone(&place.connection);
            let stream = TokioIo::new(patient(stream, &connection, &limits));
            let service = service.clone();
            let answer = service_fn(move |mut request: Request<Incoming>| {
                connection.answering();
                request.extensions_mut().insert(Arc::clone(&connection));
                service.call(request)
            });
            let served = graceful.watch(http.serve_connection(stream, answer));
            tokio::spawn(async move {
                // A client that goes away, or sends what isn't HTTP, is no concern of ours.
                tokio::select! {
                    _ = served => {}
                    () = place.connection.cut_off() => {}
                }
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
            // This client has gone already; the next one may be waiting.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// A connection that sends at once, and fails if what was sent is read too slowly.
fn patient(stream: TcpStream, connection: &Arc<Connection>, limits: &Limits) -> Paced {
    // Without it a step of a stream may wait until the one before is acknowledged.
    let _ = stream.set_nodelay(true);
    let pace = Pace { bytes: limits.unread_bytes, time: limits.unread_time };
    Paced::new(stream, Arc::clone(connection), pace)
}

/// Waits for Ctrl-C, SIGTERM or SIGHUP, and returns the outcome of a run that it ends. Whatever happens
/// then, the process ends: see [`cli::signals::on_end`].
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn ending_by_signal() -> io::Result<impl Future<Output = Outcome>> {
    let (sender, outcome) = oneshot::channel();
    // Where nobody waits any more, the server is ending already.
    cli::signals::on_end(move |outcome| _ = sender.send(outcome))?;
    Ok(async { outcome.await.unwrap_or(Outcome::Failed) })
}
