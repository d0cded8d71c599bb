//! Connections, until it ends.

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

use crate::answered::{Answered, Witness};
use crate::connections::{Connection, Connections};
use crate::listener::{Listener, Stream};
use crate::paced::{Pace, Paced};
use crate::safety::secured;
use crate::{Hosts, Limits};

/// A server that listens.
pub struct Server {
    listener: Listener,
    place: Listen,
    hosts: Hosts,
    limits: Limits,
    witness: Option<Witness>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Server {
    /// Listens. Port 0: any that is free, see [`place`](Self::place). A socket in the file system
    /// has mode 0660 from its beginning; one that nobody listens on is replaced, and the server's
    /// own is removed when it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is taken, isn't this machine's or isn't allowed; for a path,
    /// if another server listens there, or if there is a file that isn't a socket.
    pub async fn listen(
        place: impl Into<Listen>,
        hosts: Hosts,
        limits: Limits,
    ) -> io::Result<Self> {
        let (listener, place) = Listener::bind(place.into()).await?;
        Ok(Self { listener, place, hosts, limits, witness: None })
    }

    /// Tells `witness` of each request when it is answered, those that are refused too. What
    /// isn't HTTP at all is no request.
    #[must_use]
    pub fn telling(self, witness: impl Fn(&Answered<'_>) + Send + Sync + 'static) -> Self {
        Self { witness: Some(Arc::new(witness)), ..self }
    }

    /// Where it listens.
    pub const fn place(&self) -> &Listen {
        &self.place
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
            let accepted = async { (listener.accept().await, connections.admit(number).await) };
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

/// A connection that fails if what was sent is read too slowly.
fn patient(stream: Box<dyn Stream>, connection: &Arc<Connection>, limits: &Limits) -> Paced {
    let pace = Pace { bytes: limits.unread_bytes, time: limits.unread_time };
    Paced::new(stream, Arc::clone(connection), pace)
}

/// Waits for Ctrl-C, SIGTERM or SIGHUP, and returns the outcome of a run that it ends. Whatever happens
/// then, the process ends: see [`mmstats_cli::shutdown::on_signal`].
///
/// # Errors
///
/// Returns an error if the signals can't be handled.
pub fn ending_by_signal() -> io::Result<impl Future<Output = Outcome>> {
    let (sender, outcome) = oneshot::channel();
    // Where nobody waits any more, the server is ending already.
    mmstats_cli::shutdown::on_signal(move |outcome| _ = sender.send(outcome))?;
    Ok(async { outcome.await.unwrap_or(Outcome::Failed) })
}
