//! Receives datagrams and passes executions on.

mod admission;
mod drops;
mod sockets;

use std::io;
use std::os::fd::OwnedFd;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::unistd;

use crate::ingest::IngestQueue;
pub use admission::{Admission, OnRefused, Rules};
use drops::Drops;
use sockets::Batch;
pub use sockets::Sockets;

/// How often the kernel's count of dropped datagrams is read.
const DROPS_INTERVAL: Duration = Duration::from_secs(1);
/// How long datagrams are received before the shutdown flag is checked again.
const ROUND: Duration = Duration::from_millis(100);
/// The same at shutdown: many times as long as it takes to empty a socket.
const LAST_ROUND: Duration = Duration::from_millis(300);
/// How long the stores may then take: longer than they try, shorter than the grace period of the
/// process.
const STORE_TIMEOUT: Duration = Duration::from_millis(1_250);

/// The thread that receives.
#[derive(Debug)]
pub struct Receiver {
    thread: JoinHandle<bool>,
    wake: OwnedFd,
}

impl Receiver {
    /// Starts to receive.
    ///
    /// # Errors
    ///
    /// Returns an error if a thread or a pipe can't be created.
    pub fn start(
        sockets: Sockets,
        admission: Admission,
        queues: Vec<IngestQueue>,
    ) -> io::Result<Self> {
        let (woken, wake) = unistd::pipe()?;
        let drops = Drops::of(&sockets);
        let worker = Worker { sockets, drops, admission, queues };
        let thread =
            thread::Builder::new().name("receiver".to_owned()).spawn(move || worker.run(&woken))?;
        Ok(Self { thread, wake })
    }

    /// Stores what has arrived and stops. Returns whether all stores were closed without an error.
    pub fn finish(self) -> bool {
        drop(self.wake);
        // A panic has been reported by its thread.
        self.thread.join().unwrap_or(false)
    }
}

struct Worker {
    sockets: Sockets,
    drops: Drops,
    admission: Admission,
    queues: Vec<IngestQueue>,
}

impl Worker {
    /// Receives until shutdown. Returns whether all stores were closed without an error.
    fn run(mut self, woken: &OwnedFd) -> bool {
        let mut asked = Instant::now();
        let mut batch = Batch::new();
        let mut ending = false;
        while !ending {
            ending = match self.sockets.wait(woken, DROPS_INTERVAL) {
                Ok(ending) => ending,
                Err(Errno::EINTR) => false,
                Err(error) => panic!("waiting for datagrams failed: {error}"),
            };
            // A sender that is faster than this can't keep it from the rest.
            let until = Instant::now() + if ending { LAST_ROUND } else { ROUND };
            while self.receive(&mut batch) && Instant::now() < until {}
            if asked.elapsed() >= DROPS_INTERVAL || ending {
                self.admission.count_dropped(self.drops.take());
                asked = Instant::now();
            }
        }
        self.queues.iter().for_each(IngestQueue::close);
        let until = Instant::now() + STORE_TIMEOUT;
        let ended: Vec<_> = self.queues.into_iter().map(|queue| queue.finish(until)).collect();
        ended.into_iter().all(|ended| ended)
    }

    /// Receives up to one batch from each socket. Returns whether there may be more.
    fn receive(&mut self, batch: &mut Batch) -> bool {
        let Self { sockets, admission, queues, .. } = self;
        admission.begin_batch();
        let more = sockets.receive(batch, |datagram| admission.admit(datagram));
        if !admission.accepted().is_empty() {
            for queue in queues.iter() {
                queue.push(admission.accepted());
            }
        }
        admission.end_batch();
        more
    }
}
