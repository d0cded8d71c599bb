//! What a fork and the end of the process do to maps.
//!
//! A child inherits its parent's maps, and with them the means to write into the parent's files.
//! POSIX runs the handler below in the child before `fork` returns there: it puts private memory
//! with the same contents over each map, and closes the descriptors, so that the child holds up
//! neither the files' locks nor their blocks. Nothing is added to the write path.
//!
//! Not reached: a `clone` system call made by hand, which runs no handlers, and `vfork`, whose
//! child may do nothing but `exec`.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{process, ptr, thread};

use nix::libc;

use super::list::{List, Node};
use super::{registry, unload};

/// Maps that are being made or unmade: a fork waits for them.
static SECTIONS: AtomicUsize = AtomicUsize::new(0);
/// Forks that are under way: sections wait for them.
static FORKS: AtomicUsize = AtomicUsize::new(0);
/// How many forks there are between the first process and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);
static HOOKS: OnceAcrossForks = OnceAcrossForks::new();
static CHILD_HOOKS: List<fn()> = List::new();

thread_local! {
    /// How many sections this thread is within.
    static WITHIN: Cell<usize> = const { Cell::new(0) };
}

/// One process among its ancestors. By its pid alone a child could take itself for its parent: both
/// have number 1 where each is the first of a pid namespace. The generation alone doesn't change in
/// a child that ran no handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThisProcess {
    generation: u32,
    pid: u32,
}

impl ThisProcess {
    pub(crate) fn get() -> Self {
        Self { generation: GENERATION.load(Ordering::Relaxed), pid: process::id() }
    }

    pub(crate) fn pid(self) -> u32 {
        self.pid
    }

    /// A child of this process with its pid.
    #[cfg(test)]
    pub(crate) fn namesake() -> Self {
        let this = Self::get();
        Self { generation: this.generation + 1, ..this }
    }
}

/// A process told from the one that it was forked from, by one load: a [`ThisProcess`] asks for the
/// pid, which is a system call. In a child that ran no handlers it doesn't change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    #[inline]
    pub(crate) fn get() -> Self {
        Self(GENERATION.load(Ordering::Relaxed))
    }
}

/// Runs something once. `std`'s `Once` stays locked for ever in a child that was born while
/// another thread of its parent ran it; such a child runs this one again.
#[derive(Debug)]
pub(crate) struct OnceAcrossForks(AtomicU32);

impl OnceAcrossForks {
    /// Before it has run the state is 0, while it runs the pid of the process, then this.
    const DONE: u32 = u32::MAX;

    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Runs `action`, or waits until another thread has.
    pub(crate) fn call(&self, action: impl FnOnce()) {
        loop {
            let state = self.0.load(Ordering::Acquire);
            if state == Self::DONE {
                return;
            }
            let own = process::id();
            let take = || self.0.compare_exchange(state, own, Ordering::Acquire, Ordering::Relaxed);
            if state != own && take().is_ok() {
                action();
                self.0.store(Self::DONE, Ordering::Release);
                return;
            }
            thread::yield_now();
        }
    }
}

/// A stretch of code in which no fork should happen: a descriptor or map exists that isn't in
/// the list, or a lock is held that a child would find locked.
///
/// It is short; forks wait until it is over, and it until they are. One within another, because an
/// allocation in it was counted, doesn't wait: the fork waits for the outer one.
#[derive(Debug)]
pub(crate) struct Section(PhantomData<*const ()>);

impl Section {
    pub(crate) fn enter() -> Self {
        install();
        loop {
            SECTIONS.fetch_add(1, Ordering::SeqCst);
            if WITHIN.get() > 0 || FORKS.load(Ordering::SeqCst) == 0 {
                WITHIN.set(WITHIN.get() + 1);
                return Self(PhantomData);
            }
            SECTIONS.fetch_sub(1, Ordering::SeqCst);
            thread::yield_now();
        }
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        WITHIN.set(WITHIN.get() - 1);
        // In a child that was forked by a signal handler within the section, the count was
        // already reset.
        let decremented = |sections: usize| sections.checked_sub(1);
        let _ = SECTIONS.fetch_update(Ordering::SeqCst, Ordering::SeqCst, decremented);
    }
}

fn install() {
    HOOKS.call(|| {
        // SAFETY: the handlers are functions that live as long as the program and don't unwind.
        let status = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        // Documented to fail for lack of memory only.
        assert_eq!(status, 0, "pthread_atfork has memory for three pointers");
        unload::prepare();
    });
}

/// What is run in every child after its maps are private.
#[derive(Debug)]
pub(crate) struct ChildHook(Node<fn()>);

impl ChildHook {
    /// `hook` must be async-signal-safe.
    pub(crate) const fn new(hook: fn()) -> Self {
        Self(Node::new(hook))
    }
}

/// Has `hook` run from now on. By one thread at a time; allocates nothing.
pub(crate) fn at_fork_in_child(ChildHook(hook): &'static ChildHook) {
    // A child whose parent was about to do it doesn't know how far that came.
    if !CHILD_HOOKS.has(hook) {
        CHILD_HOOKS.link(hook);
    }
}

/// Runs `hook` when the process ends by `exit` or by a return from `main`, not when it is killed.
pub(crate) fn at_exit(hook: extern "C" fn()) {
    // SAFETY: the hook lives as long as the program.
    // A failure, for lack of memory, leaves files that cleanstats removes.
    unsafe { libc::atexit(hook) };
}

extern "C" fn before() {
    // Bounded, as a signal handler that forks within a section would wait for itself. The price is
    // a lock that the child may keep alive.
    const TIMEOUT: Duration = Duration::from_secs(1);
    FORKS.fetch_add(1, Ordering::SeqCst);
    let begun = Instant::now();
    while SECTIONS.load(Ordering::SeqCst) > 0 && begun.elapsed() < TIMEOUT {
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
    GENERATION.fetch_add(1, Ordering::Relaxed);
    registry::for_each(make_private);
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
        // SAFETY: both are `len` bytes and apart: the kernel found the copy's range free. The
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
        process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_threads_run_it_once_and_all_wait_for_it() {
        static ONCE: OnceAcrossForks = OnceAcrossForks::new();
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    ONCE.call(|| {
                        thread::yield_now();
                        RUNS.fetch_add(1, Ordering::SeqCst);
                    });
                    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
                });
            }
        });
    }

    #[test]
    fn what_another_process_began_is_run_again() {
        let once = OnceAcrossForks(AtomicU32::new(process::id() + 1));
        let mut ran = false;
        once.call(|| ran = true);
        assert!(ran);
        once.call(|| panic!("it ran before"));
    }
}
