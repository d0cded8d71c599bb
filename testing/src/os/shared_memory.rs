//! A word that a child shares with its parent: its last report remains after it is killed.

use std::num::NonZero;
use std::sync::atomic::AtomicU64;

use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};

/// A word, initially 0, that stays shared across forks. Its memory is never freed.
pub fn word() -> &'static AtomicU64 {
    let size = NonZero::new(size_of::<AtomicU64>()).unwrap();
    let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: the kernel chooses an address that is free.
    let memory = unsafe { mmap_anonymous(None, size, access, MapFlags::MAP_SHARED) }.unwrap();
    // SAFETY: a page of zeros, which nobody unmaps and only this word uses.
    unsafe { AtomicU64::from_ptr(memory.cast().as_ptr()) }
}
