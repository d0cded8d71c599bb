//! A destination: its header, its address, its sequence numbers and what waits for it.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use arc_swap::ArcSwapOption;
use mmstats_udp::address;

use super::queue::Queue;
use crate::config::Destination;
use crate::wire::{Header, Numbering};

/// Our version. Receivers misread a minor version above 127, and expect fields of 2.2.
const VERSION: &[u8] = b"2.2.4-rs";
/// Sequence numbers begin anew here, as in the originals.
const MODULUS: i32 = 2_000_000_000;

/// A destination of one process.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) destination: Destination,
    pub(super) queue: Queue,
    /// Version and password, as they stand in each packet.
    header: Box<[u8]>,
    /// `None` until the address is known.
    target: ArcSwapOption<Target>,
    /// The last number that was used.
    sequence: AtomicI32,
    /// Whether an earlier destination has the same address and port; then nothing is sent here.
    is_duplicate: AtomicBool,
}

/// An address, and a socket that is connected to it.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) address: SocketAddr,
    pub(super) socket: UdpSocket,
}

impl Target {
    /// Connects to the first of these addresses that can be reached.
    pub(super) fn connect(addresses: &[SocketAddr]) -> std::io::Result<Self> {
        let mut result = Err(std::io::ErrorKind::NotFound.into());
        for &address in addresses {
            result = address::connect(address).map(|socket| Self { address, socket });
            if result.is_ok() {
                break;
            }
        }
        result
    }
}

impl Route {
    /// A destination whose address isn't known yet.
    pub(super) fn new(destination: Destination) -> Self {
        let mut header = Vec::new();
        let password = destination.password.reveal().as_bytes();
        Header { version: VERSION, password, numbering: None }.encode(&mut header);
        Self {
            destination,
            queue: Queue::default(),
            header: header.into(),
            target: ArcSwapOption::empty(),
            sequence: AtomicI32::new(0),
            is_duplicate: AtomicBool::new(false),
        }
    }

    /// The same destination in a forked child: with a socket of its own, numbered from 1.
    pub(super) fn in_child(&self) -> Self {
        let route = Self::new(self.destination.clone());
        if let Some(target) = &*self.target.load() {
            // If that fails, the address is looked up again.
            route.target.store(Target::connect(&[target.address]).ok().map(Arc::new));
        }
        route.is_duplicate.store(self.is_duplicate(), Ordering::Relaxed);
        route
    }

    pub(super) fn target(&self) -> arc_swap::Guard<Option<Arc<Target>>> {
        self.target.load()
    }

    pub(super) fn set_target(&self, target: Target) {
        self.target.store(Some(Arc::new(target)));
    }

    /// Forgets the address.
    pub(super) fn close(&self) {
        self.target.store(None);
    }

    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.target.load().as_ref().map(|target| target.address)
    }

    pub(super) fn is_duplicate(&self) -> bool {
        self.is_duplicate.load(Ordering::Relaxed)
    }

    /// Returns whether it was another one before.
    pub(super) fn set_duplicate(&self, is_duplicate: bool) -> bool {
        self.is_duplicate.swap(is_duplicate, Ordering::Relaxed) != is_duplicate
    }

    /// Version and password.
    pub(super) fn header(&self) -> &[u8] {
        &self.header
    }

    /// The numbers of the next packet.
    pub(super) fn next(&self, instance: i32) -> Numbering {
        let next = |last: i32| Some((last + 1) % MODULUS);
        let last = self.sequence.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        Numbering { instance, sequence: (last.unwrap_or_default() + 1) % MODULUS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_1_and_wrap_at_two_thousand_million() {
        let route = Route::new("127.0.0.1:9".parse().unwrap());
        let next = || route.next(7).sequence;
        assert_eq!([next(), next()], [1, 2]);
        route.sequence.store(MODULUS - 2, Ordering::Relaxed);
        assert_eq!([next(), next(), next()], [1_999_999_999, 0, 1]);
    }
}
