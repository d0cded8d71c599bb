//! The descriptor of a mapped file, kept by its number.
//!
//! The rest of the program may close it behind the library's back, as daemons close all
//! descriptors, and its number may then belong to another file. So it is closed only while it still
//! refers to the file.

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, IntoRawFd, RawFd};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use nix::libc;

/// Stands for no descriptor, or one that is closed.
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

    /// Keeps the descriptor of `file`, which has this device and inode. There must be none yet.
    pub(super) fn keep(&self, file: File, device: u64, inode: u64) {
        self.device.store(device, Ordering::Relaxed);
        self.inode.store(inode, Ordering::Relaxed);
        self.number.store(file.into_raw_fd(), Ordering::Release);
    }

    /// Moves the descriptor to `other`, which must have none.
    pub(super) fn move_to(&self, other: &Self) {
        for (from, to) in [(&self.device, &other.device), (&self.inode, &other.inode)] {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        other.number.store(self.number.swap(NONE, Ordering::AcqRel), Ordering::Release);
    }

    /// For use right after the file was created, before other code can have closed it.
    pub(super) fn borrow(&self) -> Option<BorrowedFd<'_>> {
        let number = self.number.load(Ordering::Acquire);
        // SAFETY: `keep` took ownership of it, and only `close` closes it, when the map ends or in
        // a forked child, where it then reads as none.
        (number != NONE).then(|| unsafe { BorrowedFd::borrow_raw(number) })
    }

    /// Closes the descriptor if it still refers to the file, and forgets it. Async-signal-safe.
    ///
    /// Call this while the file is mapped: the map keeps the inode from being reused.
    pub(super) fn close(&self) {
        let number = self.number.swap(NONE, Ordering::AcqRel);
        if number != NONE && self.is_of(number) {
            // SAFETY: the descriptor refers to the file, and the swap returned it only once. No
            // `OwnedFd`, which would abort the program if another thread closed it just now.
            unsafe { libc::close(number) };
        }
    }

    fn is_of(&self, number: RawFd) -> bool {
        let mut stat = MaybeUninit::uninit();
        // SAFETY: any number may be passed, and the buffer holds the result.
        if unsafe { libc::fstat(number, stat.as_mut_ptr()) } != 0 {
            return false;
        }
        // SAFETY: a successful call fills it.
        let stat = unsafe { stat.assume_init() };
        stat.st_dev == self.device.load(Ordering::Relaxed)
            && stat.st_ino == self.inode.load(Ordering::Relaxed)
    }
}
