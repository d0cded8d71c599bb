//! What a fork and the end of the process do to maps.
//!
//! A child inherits its parent's maps, and with them the means to write into the parent's files.
//! POSIX runs the handler below in the child before `fork` returns there: it puts private memory
//! with the same contents over each map, and closes the descriptors, so that the child holds up
//! neither the files' locks nor their blocks. Nothing is added to the write path.
//!
//! Not reached: a `clone` system call made by hand, which runs no handlers, and `vfork`, whose
//! child may do nothing but `exec`.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{ptr, thread};

use nix::libc;

use super::list::List;
use super::registry;

/// Maps that are being made or unmade: a fork waits for them.
static SECTIONS: AtomicUsize = AtomicUsize::new(0);
/// Forks that are under way: sections wait for them.
static FORKS: AtomicUsize = AtomicUsize::new(0);
static HOOKS: Once = Once::new();
static CHILD_HOOKS: List<fn()> = List::new();

/// A stretch of code in which a descriptor or map exists that isn't in the list.
///
/// It is short, some system calls long; forks wait until it is over, and it until they are.
#[derive(Debug)]
pub(crate) struct Section(());

impl Section {
    pub(crate) fn enter() -> Self {
        install();
        loop {
            SECTIONS.fetch_add(1, Ordering::SeqCst);
            if FORKS.load(Ordering::SeqCst) == 0 {
                return Self(());
            }
            SECTIONS.fetch_sub(1, Ordering::SeqCst);
            thread::yield_now();
        }
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        // In a child that was forked by a signal handler within the section, the count was
        // already reset.
        let decremented = |sections: usize| sections.checked_sub(1);
        let _ = SECTIONS.fetch_update(Ordering::SeqCst, Ordering::SeqCst, decremented);
    }
}

fn install() {
    HOOKS.call_once(|| {
        // SAFETY: the handlers are functions that live as long as the program and don't unwind.
        let status = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        // Documented to fail for lack of memory only.
        assert_eq!(status, 0, "pthread_atfork has memory for three pointers");
    });
}

/// Runs `hook` in every child after its maps are private. It must be async-signal-safe.
pub(crate) fn at_fork_in_child(hook: fn()) {
    CHILD_HOOKS.push(hook);
}

/// Runs `hook` when the process ends by `exit` or by a return from `main`, not when it is killed.
pub(crate) fn at_exit(hook: extern "C" fn()) {
    // SAFETY: the hook lives as long as the program.
    // A failure, for lack of memory, leaves files that cleanstats removes.
    unsafe { libc::atexit(hook) };
}

extern "C" fn before() {
    // So often at most: a signal handler that forks within a section would wait for itself. The
    // price is a lock that the child may keep alive.
    const PATIENCE: usize = 100_000;
    FORKS.fetch_add(1, Ordering::SeqCst);
    for _ in 0..PATIENCE {
        if SECTIONS.load(Ordering::SeqCst) == 0 {
            return;
        }
        thread::yield_now();
    }
}

extern "C" fn in_parent() {
    FORKS.fetch_sub(1, Ordering::SeqCst);
}

/// Async-signal-safe: the parent may have had many threads, and the child has one of them.
extern "C" fn in_child() {
    FORKS.store(0, Ordering::SeqCst);
    SECTIONS.store(0, Ordering::SeqCst);
    registry::for_each_inherited(make_private);
    CHILD_HOOKS.iter().for_each(|hook| hook());
}

/// Replaces `len` bytes at `base` by private memory of the same contents.
fn make_private(base: *mut u8, len: usize) {
    let memory = |address: *mut u8, flags| {
        // SAFETY: without MAP_FIXED the kernel finds room. With it the range is a whole map of
        // ours, which the list says still stands, and which only this thread can use: the child
        // has no other.
        unsafe {
            libc::mmap(
                address.cast(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | flags,
                -1,
                0,
            )
        }
    };
    let copy = memory(ptr::null_mut(), 0);
    if copy != libc::MAP_FAILED {
        // SAFETY: both are `len` bytes and apart: the kernel found the copy's place free. The
        // parent's threads may store meanwhile; the copy is bytes, of whatever instant.
        unsafe { ptr::copy_nonoverlapping(base, copy.cast(), len) };
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        // SAFETY: moves the copy over the map; the range is ours as above.
        let moved = unsafe { libc::mremap(copy, len, len, flags, base) };
        if moved != libc::MAP_FAILED {
            return;
        }
    }
    if memory(base, libc::MAP_FIXED) == libc::MAP_FAILED {
        // Going on would write into the parent's file.
        std::process::abort();
    }
}
