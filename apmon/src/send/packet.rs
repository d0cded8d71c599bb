//! Packets with a cluster, a node and a time of their own.

use std::time::SystemTime;

use super::error::SendError;
use super::process::unix_time;
use super::sender::{Sender, Sent, To};
use crate::wire::Parameter;

/// A packet that is about to be sent.
#[derive(Clone, Copy, Debug)]
#[must_use = "it is sent by `send`"]
pub struct PacketBuilder<'a, P = [Parameter<'a>; 0]> {
    sender: &'a Sender,
    cluster: &'a str,
    node: &'a str,
    time: Option<SystemTime>,
    parameters: P,
}

impl<'a> PacketBuilder<'a> {
    pub(crate) fn new(sender: &'a Sender, cluster: &'a str, node: &'a str) -> Self {
        Self { sender, cluster, node, time: None, parameters: [] }
    }
}

impl<'a, P> PacketBuilder<'a, P> {
    /// The time of its parameters, in whole seconds. Without one, receivers take their own clock's; a
    /// packet that is queued gets the time at which it was.
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Its parameters.
    pub fn params<Q>(self, parameters: Q) -> PacketBuilder<'a, Q> {
        let Self { sender, cluster, node, time, .. } = self;
        PacketBuilder { sender, cluster, node, time, parameters }
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As [`ApMon::send`](crate::ApMon::send); also if the time isn't from 1970-01-01T00:00:01Z to 2038-01-19T03:14:07Z,
    /// as packets have 32 bits for it.
    pub fn send<'p>(self) -> Result<Sent, SendError>
    where
        P: AsRef<[Parameter<'p>]>,
    {
        let time = match self.time {
            Some(time) => Some(unix_time(time).ok_or(SendError::TimeOutOfRange(time))?),
            None => None,
        };
        let to = To::Remember(self.cluster, self.node);
        self.sender.send(to, time, self.parameters.as_ref())
    }
}
