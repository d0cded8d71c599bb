//! Datagrams in, executions out.

mod drops;
mod sockets;

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use mmstats_cli::clock::now;
use nix::errno::Errno;
use nix::unistd;

use crate::catalog::{Catalog, TooMany};
use crate::message::{self, Malformed, Message};
use crate::store::{Execution, Writer};
use crate::telemetry::{ReceiverStats, Telemetry};
use crate::times::Times;
use drops::Drops;
pub use sockets::Sockets;
use sockets::{Batch, Datagram};

/// How often the kernel is asked for what it dropped.
const ASKING: Duration = Duration::from_secs(1);
/// For so long it fetches before it looks whether it is to end.
const ROUND: Duration = Duration::from_millis(100);
/// For so long it fetches at the end: many times as long as what a socket holds takes.
const FAREWELL: Duration = Duration::from_millis(300);

/// For so long the stores are waited for then: longer than they try, and shorter than the process has.
const STORING: Duration = Duration::from_millis(1_250);

/// Which messages are taken.
#[derive(Debug)]
pub struct Rules {
    /// Those of these tokens; of any, where there are none.
    pub tokens: HashSet<String>,
    /// Those that began when these accept.
    pub times: Arc<Times>,
}

/// What is told of a datagram that isn't taken.
pub type OnRefused = Box<dyn FnMut(&Refusal) + Send>;

/// Why a datagram isn't taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It is no message.
    Malformed(Malformed),
    /// It is longer than a message may be.
    Oversized,
    /// It began before what is kept, or in the future: at this Unix time.
    Time(f64),
    /// Its token isn't accepted.
    Token(String),
    /// Its key or its token is new, and there are as many as may be.
    Names(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::Oversized => write!(f, "more than {} bytes", message::LONGEST_DATAGRAM),
            Self::Time(time) => write!(f, "timestamp: {time}: not within what is kept"),
            Self::Token(token) => write!(f, "token: {token:?}: not accepted"),
            Self::Names(key) => write!(f, "key: {key:?}: as many keys or tokens as may be"),
        }
    }
}

/// The thread that receives.
#[derive(Debug)]
pub struct Receiver {
    thread: JoinHandle<bool>,
    wake: OwnedFd,
}

impl Receiver {
    /// Begins to receive.
    ///
    /// # Errors
    ///
    /// Where no thread or pipe can be made.
    pub fn start(
        sockets: Sockets,
        rules: Rules,
        catalog: Catalog,
        telemetry: Arc<Telemetry<ReceiverStats>>,
        writers: Vec<Writer>,
        on_refused: OnRefused,
    ) -> io::Result<Self> {
        let (woken, wake) = unistd::pipe()?;
        let drops = Drops::of(&sockets);
        let sorting = Sorting {
            rules,
            catalog,
            telemetry,
            on_refused,
            news: News::default(),
            taken: Vec::new(),
            came: Instant::now(),
        };
        let receiving = Receiving { sockets, drops, sorting, writers };
        let thread = thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || receiving.run(&woken))?;
        Ok(Self { thread, wake })
    }

    /// Takes what has arrived, stores it, and ends; whether all stores ended orderly.
    pub fn finish(self) -> bool {
        drop(self.wake);
        // A thread that panicked has said so.
        self.thread.join().unwrap_or(false)
    }
}

struct Receiving {
    sockets: Sockets,
    drops: Drops,
    sorting: Sorting,
    writers: Vec<Writer>,
}

impl Receiving {
    /// Receives until it is to end; whether all stores ended orderly then.
    fn run(mut self, woken: &OwnedFd) -> bool {
        let mut asked = Instant::now();
        let mut batch = Batch::new();
        let mut ending = false;
        while !ending {
            ending = match self.sockets.wait(woken, ASKING) {
                Ok(ending) => ending,
                Err(Errno::EINTR) => false,
                Err(error) => panic!("waiting for datagrams failed: {error}"),
            };
            // Who sends faster than that doesn't keep it from anything else.
            let until = Instant::now() + if ending { FAREWELL } else { ROUND };
            while self.fetch(&mut batch) && Instant::now() < until {}
            if asked.elapsed() >= ASKING || ending {
                self.sorting.dropped(self.drops.ask());
                asked = Instant::now();
            }
        }
        self.writers.iter().for_each(Writer::end);
        let until = Instant::now() + STORING;
        let ended: Vec<_> = self.writers.into_iter().map(|writer| writer.finish(until)).collect();
        ended.into_iter().all(|ended| ended)
    }

    /// Fetches what has come, as far as one batch goes; whether there may be more.
    fn fetch(&mut self, batch: &mut Batch) -> bool {
        let Self { sockets, sorting, writers, .. } = self;
        let accepted = sorting.rules.times.accepted(now());
        sorting.came = Instant::now();
        let more = sockets.receive(batch, |datagram| sorting.sort(datagram, &accepted));
        if !sorting.taken.is_empty() {
            for writer in writers.iter() {
                writer.push(&sorting.taken);
            }
            sorting.taken.clear();
        }
        sorting.tell();
        more
    }
}

/// Tells messages that are taken from those that are refused.
struct Sorting {
    rules: Rules,
    catalog: Catalog,
    telemetry: Arc<Telemetry<ReceiverStats>>,
    on_refused: OnRefused,
    news: News,
    taken: Vec<Execution>,
    /// When the datagrams came that are being sorted.
    came: Instant,
}

/// What is to be counted.
#[derive(Default)]
struct News {
    messages: u64,
    malformed: u64,
    oversized: u64,
    time: u64,
    token: u64,
    names: u64,
}

impl Sorting {
    /// Sorts a datagram, of which those are accepted that began at such times.
    fn sort(&mut self, datagram: Datagram<'_>, accepted: &RangeInclusive<f64>) {
        self.news.messages += 1;
        match self.execution(datagram, accepted) {
            Ok(execution) => self.taken.push(execution),
            Err(refusal) => {
                let count = match &refusal {
                    Refusal::Malformed(_) => &mut self.news.malformed,
                    Refusal::Oversized => &mut self.news.oversized,
                    Refusal::Time(_) => &mut self.news.time,
                    Refusal::Token(_) => &mut self.news.token,
                    Refusal::Names(_) => &mut self.news.names,
                };
                *count += 1;
                (self.on_refused)(&refusal);
            }
        }
    }

    fn execution(
        &mut self,
        datagram: Datagram<'_>,
        accepted: &RangeInclusive<f64>,
    ) -> Result<Execution, Refusal> {
        let Datagram::Whole(datagram) = datagram else {
            return Err(Refusal::Oversized);
        };
        let Message { key, token, timestamp, execution_time, extra } =
            message::parse(datagram).map_err(Refusal::Malformed)?;
        let Rules { tokens, .. } = &self.rules;
        if !tokens.is_empty() && !tokens.contains(&*token) {
            return Err(Refusal::Token(token.into_owned()));
        }
        if !accepted.contains(&timestamp) {
            return Err(Refusal::Time(timestamp));
        }
        let names = self.catalog.of(&key, &token, self.came);
        let (key, token) = names.map_err(|TooMany| Refusal::Names(key.into_owned()))?;
        Ok(Execution { key, token, timestamp, execution_time, extra: extra.map(Into::into) })
    }

    /// Counts what was sorted.
    fn tell(&mut self) {
        let News { messages, malformed, oversized, time, token, names } =
            std::mem::take(&mut self.news);
        if messages == 0 {
            return;
        }
        let (keys, tokens) = self.catalog.known();
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

    fn dropped(&self, datagrams: u64) {
        self.telemetry.with(|telemetry| telemetry.dropped.add(datagrams));
    }
}
