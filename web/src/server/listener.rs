//! Where connections come from: an address, or a Unix socket.

use std::io;
use std::time::Duration;

use mmstats_cli::address::Listen;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use super::socket_file::{self, SocketFile};

/// A connection of either kind.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A listening socket.
pub enum Listener {
    /// A TCP socket.
    Tcp(TcpListener),
    /// A Unix socket, and its name, which is removed with it.
    Unix(UnixListener, #[expect(dead_code, reason = "it is dropped")] SocketFile),
}

impl Listener {
    /// Listens, and returns the address: its port is the one that the system chose.
    pub async fn bind(address: Listen) -> io::Result<(Self, Listen)> {
        match address {
            Listen::Address(address) => {
                let listener = TcpListener::bind(address).await?;
                let address = listener.local_addr()?;
                Ok((Self::Tcp(listener), Listen::Address(address)))
            }
            Listen::Unix(path) => {
                let (listener, file) = socket_file::listen(&path).await?;
                Ok((Self::Unix(listener, file), Listen::Unix(path)))
            }
        }
    }

    /// Accepts the next connection. If too many files are open, it waits until some are closed.
    pub async fn accept(&self) -> Box<dyn Stream> {
        loop {
            match self.try_accept().await {
                Ok(stream) => return stream,
                // This client is gone already; the next one may be waiting.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn try_accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without it an event of a stream may wait until the previous one is acknowledged.
                let _ = stream.set_nodelay(true);
                Ok(Box::new(stream))
            }
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}
