//! The HTTP server: connections, limits and middleware.

mod allowed_hosts;
mod connections;
mod limits;
mod listener;
mod middleware;
mod on_response;
mod response_budget;
mod socket_file;
mod write_timeout;

use std::fmt;
use std::io;
use std::sync::Arc;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use mmstats_cli::address::Listen;
use mmstats_cli::exit::Outcome;
use tokio::sync::oneshot;

pub use allowed_hosts::AllowedHosts;
use connections::{Connection, Connections};
pub use limits::Limits;
use listener::{Listener, Stream};
use middleware::with_middleware;
use on_response::OnResponse;
pub use on_response::RequestSummary;
use write_timeout::{MinRate, WriteTimeout};

/// A server that listens.
pub struct Server {
    listener: Listener,
    address: Listen,
    hosts: AllowedHosts,
    limits: Limits,
    on_response: Option<OnResponse>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Listens. For port 0 the system chooses a free one, see [`address`](Self::address). A Unix
    /// socket has mode 0660 from the beginning; a stale one is replaced, and the server's own is
    /// removed when it shuts down.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is taken, isn't this machine's or isn't allowed; for a path,
    /// if another server listens there, or if the file exists and isn't a socket.
    pub async fn listen(
        address: impl Into<Listen>,
        hosts: AllowedHosts,
        limits: Limits,
    ) -> io::Result<Self> {
        let (listener, address) = Listener::bind(address.into()).await?;
        Ok(Self { listener, address, hosts, limits, on_response: None })
    }

    /// Calls `on_response` with each request when its response begins, also if it is rejected.
    /// What isn't HTTP at all isn't a request.
    #[must_use]
    pub fn on_response(
        self,
        on_response: impl Fn(&RequestSummary<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self { on_response: Some(Arc::new(on_response)), ..self }
    }

    /// The address that it listens on.
    pub const fn address(&self) -> &Listen {
        &self.address
    }

    /// Serves until `shutdown` is ready. Responses that have begun then have
    /// [`Limits::shutdown_grace`] to be sent, live streams too: call
    /// [`Feed::close`](crate::Feed::close) first.
    pub async fn serve(self, router: Router, shutdown: impl Future<Output = ()>) {
        let Self { listener, hosts, limits, on_response, .. } = self;
        let router = with_middleware(router, hosts, &limits, on_response);
        let service = TowerToHyperService::new(router);
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(limits.max_header_size.max(8 << 10));
        let connections = Arc::new(Connections::new(limits.max_connections));
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        for number in 0.. {
            let accepted = async { (listener.accept().await, connections.admit(number).await) };
            let (stream, admission) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut shutdown => break,
            };
            let connection = Arc::clone(&admission.connection);
            let stream = TokioIo::new(with_write_timeout(stream, &connection, &limits));
            let service = service.clone();
            let respond = service_fn(move |mut request: Request<Incoming>| {
                connection.set_active();
                request.extensions_mut().insert(Arc::clone(&connection));
                service.call(request)
            });
            let served = graceful.watch(http.serve_connection(stream, respond));
            tokio::spawn(async move {
                // A client that goes away, or sends what isn't HTTP, is no error of the server.
                tokio::select! {
                    _ = served => {}
                    () = admission.connection.closed() => {}
                }
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(limits.shutdown_grace, graceful.shutdown()).await;
    }
}

fn with_write_timeout(
    stream: Box<dyn Stream>,
    connection: &Arc<Connection>,
    limits: &Limits,
) -> WriteTimeout {
    let min_rate = MinRate { bytes: limits.write_timeout_bytes, time: limits.write_timeout };
    WriteTimeout::new(stream, Arc::clone(connection), min_rate)
}

/// Waits for Ctrl-C, SIGTERM or SIGHUP, and returns the outcome of a run that the signal ends. The
/// process ends soon after it in any case: see [`mmstats_cli::shutdown::on_signal`].
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn shutdown_signal() -> io::Result<impl Future<Output = Outcome>> {
    let (sender, outcome) = oneshot::channel();
    // If nobody waits any more, the server is shutting down already.
    mmstats_cli::shutdown::on_signal(move |outcome| _ = sender.send(outcome))?;
    Ok(async { outcome.await.unwrap_or(Outcome::Failed) })
}
