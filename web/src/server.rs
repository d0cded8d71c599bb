//! Connections, until it ends.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use cli::exit::Outcome;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

use crate::answered::{Answered, Witness};
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
            let stream = TokioIo::new(patient(stream, limits.unread_time));
            let connection = http.serve_connection(stream, service.clone());
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
            // This client has gone already; the next one may be waiting.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// A connection that sends at once, and fails where what was sent isn't read for so long.
fn patient(stream: TcpStream, unread: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    // Without it a step of a stream may wait until the one before is acknowledged.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(unread));
    Box::pin(stream)
}

/// Waits for Ctrl-C or SIGTERM, and gives the outcome of a run that it ends: SIGTERM is how a
/// service manager ends it, which takes any other code than 0 for a failure.
///
/// # Errors
///
/// Where signals can't be waited for.
pub fn ending_by_signal() -> io::Result<impl Future<Output = Outcome>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Outcome::Interrupted(SignalKind::interrupt().as_raw_value() as u8),
            _ = terminate.recv() => Outcome::Fine,
        }
    })
}
