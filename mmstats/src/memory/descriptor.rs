//! The descriptor of a mapped file, kept by its number.
//!
//! The rest of the program may close it behind the library's back, as daemons close whatever is
//! open, and its number may then be another's. So it is closed only while it is the file's.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use nix::libc;

/// In place of a number: there is no descriptor, or no longer one.
const NONE: RawFd = -1;

#[derive(Debug)]
pub(super) struct KeptDescriptor {
    number: AtomicI32,
    device: AtomicU64,
    inode: AtomicU64,
}

impl KeptDescriptor {
    pub(super) const fn none() -> Self {
        Self { number: AtomicI32::new(NONE), device: AtomicU64::new(0), inode: AtomicU64::new(0) }
    }

    /// Keeps that of `file`, in place of none, as that of this device and inode.
    pub(super) fn keep(&self, file: File, device: u64, inode: u64) {
        self.device.store(device, Ordering::Relaxed);
        self.inode.store(inode, Ordering::Relaxed);
        self.number.store(file.into_raw_fd(), Ordering::Release);
    }

    /// Moves it to another one that has none.
    pub(super) fn move_to(&self, other: &Self) {
        for (from, to) in [(&self.device, &other.device), (&self.inode, &other.inode)] {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        other.number.store(self.number.swap(NONE, Ordering::AcqRel), Ordering::Release);
    }

    /// For use right after the file was made, before others can have closed it.
    pub(super) fn borrow(&self) -> Option<BorrowedFd<'_>> {
        let number = self.number.load(Ordering::Acquire);
        // SAFETY: `keep` was given it to own, and it is closed by `close` alone, where the map
        // ends, or by a fork, in whose child it reads as none.
        (number != NONE).then(|| unsafe { BorrowedFd::borrow_raw(number) })
    }

    /// Closes it if it is still the file's, and forgets it. Async-signal-safe.
    ///
    /// To be called while the file is mapped: that keeps its inode from being another file's.
    pub(super) fn close(&self) {
        let number = self.number.swap(NONE, Ordering::AcqRel);
        if number != NONE && self.is_of(number) {
            // SAFETY: it is the file's, of which the swap handed out the one descriptor. Not by
            // way of `OwnedFd`, which ends the program if another thread closed it just now.
            unsafe { libc::close(number) };
        }
    }

    fn is_of(&self, number: RawFd) -> bool {
        let mut stat = MaybeUninit::uninit();
        // SAFETY: any number can be asked for, and there is room for the answer.
        if unsafe { libc::fstat(number, stat.as_mut_ptr()) } != 0 {
            return false;
        }
        // SAFETY: a call that succeeds fills it.
        let stat = unsafe { stat.assume_init() };
        stat.st_dev == self.device.load(Ordering::Relaxed)
            && stat.st_ino == self.inode.load(Ordering::Relaxed)
    }
}
