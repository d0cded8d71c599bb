//! Where connections come from: an address, or a socket in the file system.

use std::io;
use std::time::Duration;

use mmstats_cli::address::Listen;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use crate::socket_file::{self, SocketFile};

/// A connection of either kind.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What is listened on.
pub enum Listener {
    /// An address.
    Tcp(TcpListener),
    /// A socket in the file system, and its name, which goes with it.
    Unix(UnixListener, #[expect(dead_code, reason = "it is dropped")] SocketFile),
}

impl Listener {
    /// Listens, and returns where: the port is the one that the system chose.
    pub async fn bind(place: Listen) -> io::Result<(Self, Listen)> {
        match place {
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

    /// The next connection. Where none can be had, as too many files are open, it waits a little:
    /// some will close.
    pub async fn accept(&self) -> Box<dyn Stream> {
        loop {
            match self.try_accept().await {
                Ok(stream) => return stream,
                // This client has gone already; the next one may be waiting.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn try_accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Without it a step of a stream may wait until the one before is acknowledged.
                let _ = stream.set_nodelay(true);
                Ok(Box::new(stream))
            }
            Self::Unix(listener, _) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}
