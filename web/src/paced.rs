//! A connection that is closed if what was sent to it is read too slowly.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::connections::Connection;
use crate::listener::Stream;

/// How fast a client has to read.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// So many bytes …
    pub bytes: usize,
    /// … in so much time that the server spends waiting for it.
    pub time: Duration,
}

/// A connection that fails once its client has read too slowly.
///
/// Only the time counts in which there is something to send and the system takes nothing more: a
/// stream on which little happens isn't slow.
pub struct Paced {
    stream: Box<dyn Stream>,
    connection: Arc<Connection>,
    pace: Pace,
    /// When the system began to take nothing more, and the end of what is allowed.
    blocked: Option<(Instant, Pin<Box<Sleep>>)>,
    /// How long that was, and how much was sent, since the client was fast enough.
    spent: Duration,
    sent: usize,
}

impl Paced {
    pub fn new(stream: Box<dyn Stream>, connection: Arc<Connection>, pace: Pace) -> Self {
        Self { stream, connection, pace, blocked: None, spent: Duration::ZERO, sent: 0 }
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
            self.spent += since.elapsed();
            self.connection.unblocked();
        }
        self.sent += result.as_ref().copied().unwrap_or_default();
        if self.sent >= self.pace.bytes {
            (self.spent, self.sent) = (Duration::ZERO, 0);
        }
        Poll::Ready(result)
    }

    /// Waits for as long as the client may still take.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.pace.time.saturating_sub(self.spent);
        let connection = &self.connection;
        let (_, end) = self.blocked.get_or_insert_with(|| {
            connection.blocked();
            (Instant::now(), Box::pin(sleep(left)))
        });
        end.as_mut().poll(context)
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Paced {
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
