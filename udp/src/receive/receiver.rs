//! The thread that receives.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::batch::{Batch, Datagram};
use super::drops::Drops;
use super::sockets::Sockets;

/// How often the kernel's count of dropped datagrams is read.
const DROPS_INTERVAL: Duration = Duration::from_secs(1);
/// How long datagrams are received before the pipe is looked at again.
const ROUND: Duration = Duration::from_millis(100);
/// The same at shutdown: many times as long as it takes to empty a socket.
const LAST_ROUND: Duration = Duration::from_millis(300);

/// What a receiver does with its datagrams. While one of these functions runs, nothing is received.
pub trait Handler: Send + 'static {
    /// Called before each batch, and at least once a second: a batch may be empty.
    fn begin_batch(&mut self) {}

    /// Takes one datagram of the batch.
    fn datagram(&mut self, datagram: Datagram<'_>);

    /// Called behind each batch.
    fn end_batch(&mut self) {}

    /// Called between batches: so many more datagrams were dropped by the kernel, because a socket's
    /// buffer was full.
    fn dropped(&mut self, datagrams: u64);
}

/// A thread that receives.
#[derive(Debug)]
pub struct Receiver<H> {
    thread: JoinHandle<H>,
    /// Closing it ends the thread.
    wake: PipeWriter,
}

impl<H: Handler> Receiver<H> {
    /// Starts to receive datagrams of at most this many bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if a thread or a pipe can't be created.
    pub fn start(sockets: Sockets, max_bytes: usize, handler: H) -> io::Result<Self> {
        let (woken, wake) = io::pipe()?;
        let drops = Drops::of(&sockets);
        let worker = Worker { sockets, drops, handler };
        let thread = thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || worker.run(Batch::new(max_bytes), &woken))?;
        Ok(Self { thread, wake })
    }

    /// Receives what has arrived, counts the last drops, and closes the sockets. Returns the handler;
    /// `None` if the thread panicked, which it has reported.
    pub fn finish(self) -> Option<H> {
        drop(self.wake);
        self.thread.join().ok()
    }
}

struct Worker<H> {
    sockets: Sockets,
    drops: Drops,
    handler: H,
}

impl<H: Handler> Worker<H> {
    /// Receives until the other end of the pipe is closed.
    fn run(mut self, mut batch: Batch, woken: &PipeReader) -> H {
        let mut asked = Instant::now();
        let mut ending = false;
        while !ending {
            ending = match self.sockets.wait(woken.as_fd(), DROPS_INTERVAL) {
                Ok(ending) => ending,
                Err(Errno::EINTR) => false,
                Err(error) => panic!("waiting for datagrams failed: {error}"),
            };
            // A sender that is faster than this can't keep it from the rest.
            let until = Instant::now() + if ending { LAST_ROUND } else { ROUND };
            while self.receive(&mut batch) && Instant::now() < until {}
            if asked.elapsed() >= DROPS_INTERVAL || ending {
                self.count_drops();
                asked = Instant::now();
            }
        }
        self.handler
    }

    /// Receives up to one batch from each socket. Returns whether there may be more.
    fn receive(&mut self, batch: &mut Batch) -> bool {
        let Self { sockets, handler, .. } = self;
        handler.begin_batch();
        let more = sockets.receive(batch, |datagram| handler.datagram(datagram));
        handler.end_batch();
        more
    }

    fn count_drops(&mut self) {
        let dropped = self.drops.take();
        if dropped > 0 {
            self.handler.dropped(dropped);
        }
    }
}
