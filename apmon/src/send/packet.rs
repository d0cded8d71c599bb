//! Packets with a cluster, a node and a time of their own.

use std::time::SystemTime;

use super::client::{ApMon, Sent};
use super::error::SendError;
use super::process::unix_time;
use crate::wire::Parameter;

impl ApMon {
    /// Sends parameters for this cluster and node, which are remembered.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_to<'a>(
        &self,
        cluster: &str,
        node: &str,
        parameters: impl AsRef<[Parameter<'a>]>,
    ) -> Result<Sent, SendError> {
        self.packet(cluster, node).params(parameters).send()
    }

    /// A packet for this cluster and node, which are remembered when it is sent.
    pub fn packet<'a>(&'a self, cluster: &'a str, node: &'a str) -> PacketBuilder<'a> {
        PacketBuilder { apmon: self, cluster, node, time: None, parameters: [] }
    }
}

/// A packet that is about to be sent.
#[derive(Clone, Copy, Debug)]
#[must_use = "it is sent by `send`"]
pub struct PacketBuilder<'a, P = [Parameter<'a>; 0]> {
    apmon: &'a ApMon,
    cluster: &'a str,
    node: &'a str,
    time: Option<SystemTime>,
    parameters: P,
}

impl<'a, P> PacketBuilder<'a, P> {
    /// The time of its parameters, in whole seconds. Without one, receivers take their own clock's; a
    /// packet that is queued gets the time at which it was.
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Its parameters.
    pub fn params<Q>(self, parameters: Q) -> PacketBuilder<'a, Q> {
        let Self { apmon, cluster, node, time, .. } = self;
        PacketBuilder { apmon, cluster, node, time, parameters }
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As [`ApMon::send`]; also if the time isn't from 1970-01-01T00:00:01Z to 2038-01-19T03:14:07Z,
    /// as packets have 32 bits for it.
    pub fn send<'p>(self) -> Result<Sent, SendError>
    where
        P: AsRef<[Parameter<'p>]>,
    {
        let time = match self.time {
            Some(time) => Some(unix_time(time).ok_or(SendError::TimeOutOfRange(time))?),
            None => None,
        };
        let names = Some((self.cluster, self.node));
        self.apmon.send_packets(names, time, self.parameters.as_ref())
    }
}
