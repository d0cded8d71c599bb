//! How much of this machine clients may use.

use std::time::Duration;

/// What a [`Server`](crate::Server) grants its clients in all, and each of them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of connections. For a further one, the connection that has been idle longest
    /// is closed; if none is idle, the new one waits.
    pub max_connections: usize,
    /// Maximum size of a request's line and headers, in bytes; at least 8 KiB.
    pub max_header_size: usize,
    /// Timeout of receiving a request's line and headers, and of a connection without a request.
    pub header_timeout: Duration,
    /// Timeout until a response begins.
    pub response_timeout: Duration,
    /// Timeout of waiting for a client to read [`write_timeout_bytes`](Self::write_timeout_bytes)
    /// of what is sent to it; then the connection is closed.
    pub write_timeout: Duration,
    /// See [`write_timeout`](Self::write_timeout).
    pub write_timeout_bytes: usize,
    /// Maximum size of the large responses that are being sent, over all clients, in bytes. For a
    /// further one, the connections that read slowest are closed.
    pub response_budget: usize,
    /// How long responses may go on when the server shuts down.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 256,
            max_header_size: 16 << 10,
            header_timeout: Duration::from_secs(15),
            response_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
            write_timeout_bytes: 256 << 10,
            response_budget: 64 << 20,
            shutdown_grace: Duration::from_millis(400),
        }
    }
}
