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

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, UdpSocket};
    use std::sync::mpsc;

    use mmstats_testing::TIMEOUT;

    use super::*;

    fn bound() -> (Sockets, SocketAddr) {
        let mut sockets = Sockets::default();
        let address = sockets.bind(([127, 0, 0, 1], 0).into()).unwrap();
        (sockets, address)
    }

    fn sender(address: SocketAddr) -> UdpSocket {
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        sender.connect(address).unwrap();
        sender
    }

    /// Collects bytes by batch.
    #[derive(Default)]
    struct Collector(Vec<Vec<u8>>);

    impl Handler for Collector {
        fn begin_batch(&mut self) {
            self.0.push(Vec::new());
        }

        fn datagram(&mut self, datagram: Datagram<'_>) {
            self.0.last_mut().unwrap().extend(datagram.bytes);
        }

        fn end_batch(&mut self) {
            self.0.last_mut().unwrap().push(b'.');
        }

        fn dropped(&mut self, _: u64) {}
    }

    #[test]
    fn what_has_arrived_before_the_end_is_taken_batch_by_batch() {
        let (sockets, address) = bound();
        let receiver = Receiver::start(sockets, 8, Collector::default()).unwrap();
        let sender = sender(address);
        for _ in 0..1_000 {
            sender.send(b"x").unwrap();
        }
        let Collector(batches) = receiver.finish().unwrap();
        let taken: usize = batches.iter().map(|batch| batch.len() - 1).sum();
        assert_eq!(taken, 1_000);
        assert!(batches.iter().all(|batch| batch.ends_with(b".")));
    }

    /// Is slow at first: it takes its first datagram when it may.
    struct Blocked {
        release: mpsc::Receiver<()>,
        /// Datagrams taken, and datagrams dropped.
        events: mpsc::Sender<(u64, u64)>,
    }

    impl Handler for Blocked {
        fn datagram(&mut self, _: Datagram<'_>) {
            // Later ones find the other end gone.
            let _ = self.release.recv_timeout(TIMEOUT);
            self.events.send((1, 0)).unwrap();
        }

        fn dropped(&mut self, datagrams: u64) {
            self.events.send((0, datagrams)).unwrap();
        }
    }

    #[test]
    fn every_datagram_is_taken_or_counted_as_dropped() {
        /// More than a socket's buffer has room for.
        const DATAGRAMS: u64 = 10_000;
        let (sockets, address) = bound();
        let ((go, release), (events, happened)) = (mpsc::channel(), mpsc::channel());
        let receiver = Receiver::start(sockets, 8, Blocked { release, events }).unwrap();
        let sender = sender(address);
        for _ in 0..DATAGRAMS {
            sender.send(&[0; 8_000]).unwrap();
        }
        drop(go);
        let (mut taken, mut dropped) = (0, 0);
        while taken + dropped < DATAGRAMS {
            let (more_taken, more_dropped) = happened.recv_timeout(TIMEOUT).unwrap();
            taken += more_taken;
            dropped += more_dropped;
        }
        assert!(taken > 0 && dropped > 0, "{taken} and {dropped}");
        assert!(receiver.finish().is_some());
        assert_eq!(happened.iter().count(), 0, "nothing counts twice");
    }

    /// Panics.
    struct Broken;

    impl Handler for Broken {
        fn datagram(&mut self, _: Datagram<'_>) {
            panic!("as the test wants it");
        }

        fn dropped(&mut self, _: u64) {}
    }

    #[test]
    fn a_handler_that_panics_is_gone() {
        let (sockets, address) = bound();
        let receiver = Receiver::start(sockets, 8, Broken).unwrap();
        sender(address).send(b"x").unwrap();
        assert!(receiver.finish().is_none());
    }
}
