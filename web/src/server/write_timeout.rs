//! A write timeout: a connection fails if its client reads too slowly.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::connections::Connection;
use super::listener::Stream;

/// How fast a client has to read.
#[derive(Clone, Copy, Debug)]
pub struct MinRate {
    /// This many bytes …
    pub bytes: usize,
    /// … within this much time that the server spends waiting for it.
    pub time: Duration,
}

/// A stream whose writes fail once its client has read too slowly.
///
/// Only time counts in which there is something to send and the system's buffer is full: a quiet
/// stream isn't slow.
pub struct WriteTimeout {
    stream: Box<dyn Stream>,
    connection: Arc<Connection>,
    min_rate: MinRate,
    /// When the system's buffer became full, and the end of the timeout.
    blocked: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How long that lasted, and how much was sent, since the client was last fast enough.
    waited: Duration,
    sent: usize,
}

impl WriteTimeout {
    pub fn new(stream: Box<dyn Stream>, connection: Arc<Connection>, min_rate: MinRate) -> Self {
        Self { stream, connection, min_rate, blocked: None, waited: Duration::ZERO, sent: 0 }
    }

    fn write(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut dyn Stream>, &mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Ready(result) = write(Pin::new(&mut *self.stream), context) else {
            ready!(self.wait(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        if let Some((since, _)) = self.blocked.take() {
            self.waited += since.elapsed();
            self.connection.set_reading();
        }
        self.sent += result.as_ref().copied().unwrap_or_default();
        if self.sent >= self.min_rate.bytes {
            (self.waited, self.sent) = (Duration::ZERO, 0);
        }
        Poll::Ready(result)
    }

    /// Waits until the timeout.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.min_rate.time.saturating_sub(self.waited);
        let connection = &self.connection;
        let (_, end) = self.blocked.get_or_insert_with(|| {
            connection.set_stalled();
            (Instant::now(), Box::pin(sleep(left)))
        });
        end.as_mut().poll(context)
    }
}

impl AsyncRead for WriteTimeout {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WriteTimeout {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().write(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().write(context, |stream, context| stream.poll_write_vectored(context, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
