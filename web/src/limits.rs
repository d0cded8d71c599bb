//! How much of this machine clients may take.

use std::time::Duration;

/// What a [`Server`](crate::Server) grants its clients in all, and each of them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time. For a further one, the connection that has waited longest for a
    /// request is closed; where none waits, the new one does.
    pub connections: usize,
    /// Bytes of a request's head: its line and its headers. At least 8 KiB.
    pub head: usize,
    /// How long a client may take to send the whole head of a request, and how long a connection
    /// may stay without a request.
    pub head_time: Duration,
    /// How long an answer may take to begin.
    pub answer_time: Duration,
    /// How long the server waits for a client to read [`unread_bytes`](Self::unread_bytes) of what
    /// is sent to it, before it closes the connection.
    pub unread_time: Duration,
    /// See [`unread_time`](Self::unread_time).
    pub unread_bytes: usize,
    /// Bytes of large answers that are being sent, over all clients. For a further one, the
    /// connections that read slowest are closed.
    pub in_flight: usize,
    /// How long answers that are under way may take when the server ends.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: 16 << 10,
            head_time: Duration::from_secs(15),
            answer_time: Duration::from_secs(20),
            unread_time: Duration::from_secs(30),
            unread_bytes: 256 << 10,
            in_flight: 64 << 20,
            farewell: Duration::from_millis(400),
        }
    }
}
