//! Which datagrams are accepted.

use std::collections::HashSet;
use std::fmt;
use std::mem;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

use kodemon::limits::MESSAGE_BYTES;
use mmstats_cli::clock::now;
use mmstats_udp::receive::Datagram;

use crate::catalog::{Catalog, TooMany};
use crate::clock_check::ClockCheck;
use crate::execution::Execution;
use crate::message::{self, Malformed, Message};
use crate::telemetry::{ReceiverStats, Telemetry};

/// Which messages are accepted.
#[derive(Debug)]
pub struct Rules {
    /// Only those with one of these tokens; if empty, those with any.
    pub tokens: HashSet<String>,
    /// Only those whose time it accepts.
    pub clock: Arc<ClockCheck>,
}

/// Called for each datagram that is refused.
pub type OnRefused = Box<dyn FnMut(&Refusal) + Send>;

/// Why a datagram is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It isn't a valid message.
    Malformed(Malformed),
    /// It is larger than [`MESSAGE_BYTES`].
    Oversized,
    /// It began at this Unix time: before the retention time or in the future.
    Time(f64),
    /// Its token isn't accepted.
    Token(String),
    /// Its key or token is new, and the limit is reached.
    Names(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Oversized => write!(f, "more than {MESSAGE_BYTES} bytes"),
            Self::Time(time) => write!(f, "timestamp: {time}: outside the retention time"),
            Self::Token(token) => write!(f, "token: {token:?}: not accepted"),
            Self::Names(key) => write!(f, "key: {key:?}: too many keys or tokens"),
        }
    }
}

/// Turns datagrams into executions, and counts those that it refuses.
pub struct Admission {
    rules: Rules,
    catalog: Catalog,
    telemetry: Arc<Telemetry<ReceiverStats>>,
    on_refused: OnRefused,
    /// Not yet in `telemetry`.
    counts: Counts,
    accepted: Vec<Execution>,
    /// When the current batch was received, and the times that it may have.
    received: Instant,
    times: RangeInclusive<f64>,
}

#[derive(Default)]
struct Counts {
    messages: u64,
    malformed: u64,
    oversized: u64,
    time: u64,
    token: u64,
    names: u64,
}

impl Admission {
    /// Accepts messages by these rules.
    pub fn new(
        rules: Rules,
        catalog: Catalog,
        telemetry: Arc<Telemetry<ReceiverStats>>,
        on_refused: OnRefused,
    ) -> Self {
        Self {
            rules,
            catalog,
            telemetry,
            on_refused,
            counts: Counts::default(),
            accepted: Vec::new(),
            received: Instant::now(),
            times: 0.0..=0.0,
        }
    }

    /// To be called before a batch is received.
    pub fn begin_batch(&mut self) {
        self.times = self.rules.clock.accepted(now());
        self.received = Instant::now();
        self.accepted.clear();
    }

    /// Accepts or refuses a datagram of the batch.
    pub fn admit(&mut self, datagram: Datagram<'_>) {
        self.counts.messages += 1;
        match self.execution(datagram) {
            Ok(execution) => self.accepted.push(execution),
            Err(refusal) => {
                let count = match &refusal {
                    Refusal::Malformed(_) => &mut self.counts.malformed,
                    Refusal::Oversized => &mut self.counts.oversized,
                    Refusal::Time(_) => &mut self.counts.time,
                    Refusal::Token(_) => &mut self.counts.token,
                    Refusal::Names(_) => &mut self.counts.names,
                };
                *count += 1;
                (self.on_refused)(&refusal);
            }
        }
    }

    /// The accepted messages of the batch.
    pub fn accepted(&self) -> &[Execution] {
        &self.accepted
    }

    fn execution(&mut self, datagram: Datagram<'_>) -> Result<Execution, Refusal> {
        if datagram.is_truncated {
            return Err(Refusal::Oversized);
        }
        let Message { key, token, timestamp, execution_time, extra } =
            message::parse(datagram.bytes).map_err(Refusal::Malformed)?;
        let Rules { tokens, .. } = &self.rules;
        if !tokens.is_empty() && !tokens.contains(&*token) {
            return Err(Refusal::Token(token.into_owned()));
        }
        if !self.times.contains(&timestamp) {
            return Err(Refusal::Time(timestamp));
        }
        let names = self.catalog.admit(&key, &token, self.received);
        let (key, token) = names.map_err(|TooMany| Refusal::Names(key.into_owned()))?;
        Ok(Execution { key, token, timestamp, execution_time, extra: extra.map(Into::into) })
    }

    /// To be called when the batch is over: publishes the counts.
    pub fn end_batch(&mut self) {
        let Counts { messages, malformed, oversized, time, token, names } =
            mem::take(&mut self.counts);
        if messages == 0 {
            return;
        }
        let (keys, tokens) = self.catalog.len();
        self.telemetry.with(|telemetry| {
            telemetry.messages.add(messages);
            telemetry.malformed.add(malformed);
            telemetry.oversized.add(oversized);
            telemetry.time.add(time);
            telemetry.token.add(token);
            telemetry.names.add(names);
            telemetry.keys.set(keys as u64);
            telemetry.tokens.set(tokens as u64);
        });
    }

    /// Counts datagrams that the kernel dropped.
    pub fn count_dropped(&self, datagrams: u64) {
        self.telemetry.with(|telemetry| telemetry.dropped.add(datagrams));
    }
}
