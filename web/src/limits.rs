//! How much of this machine clients may take.

use std::time::Duration;

/// What a [`Server`](crate::Server) grants its clients in all, and each of them.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time; further ones wait.
    pub connections: usize,
    /// Bytes of a request's head: its line and its headers. At least 8 KiB.
    pub head: usize,
    /// How long a client may take to send a request's head, and how long a connection may stay
    /// without a request.
    pub head_time: Duration,
    /// How long an answer may take to begin.
    pub answer_time: Duration,
    /// How long a client may leave what was sent to it unread, before it is cut off.
    pub unread_time: Duration,
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
            farewell: Duration::from_secs(1),
        }
    }
}
