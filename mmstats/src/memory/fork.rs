//! What happens to maps at a fork and at the end of the process.
//!
//! A child inherits its parent's maps, and with them the means to write into the parent's files.
//! POSIX runs the handler below in the child before `fork` returns there: it maps private memory
//! with the same contents over each map, and closes the descriptors, so that the child keeps
//! neither the files' locks nor their blocks. The write path is unaffected.
//!
//! Not covered: a raw `clone` system call, which runs no handlers, and `vfork`, whose child may
//! only `exec`.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{process, ptr, thread};

use nix::libc;

use super::list::{List, Node};
use super::{registry, unload};

/// The number of maps being created or removed: a fork waits for them.
static SECTIONS: AtomicUsize = AtomicUsize::new(0);
/// The number of forks under way: sections wait for them.
static FORKS: AtomicUsize = AtomicUsize::new(0);
/// The number of forks between the first process and this one.
static GENERATION: AtomicU32 = AtomicU32::new(0);
static HOOKS: OnceAcrossForks = OnceAcrossForks::new();
static CHILD_HOOKS: List<fn()> = List::new();

thread_local! {
    /// The number of sections that this thread is in.
    static WITHIN: Cell<usize> = const { Cell::new(0) };
}

/// Distinguishes a process from its ancestors. By its pid alone a child could take itself for its
/// parent: both have pid 1 if each is the first of a pid namespace. The generation alone doesn't
/// change in a child that ran no handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThisProcess {
    generation: u32,
    pid: u32,
}

impl ThisProcess {
    pub(crate) fn get() -> Self {
        Self::of_pid(process::id())
    }

    /// The same without the system call, for a caller who has just made it.
    pub(crate) fn of_pid(pid: u32) -> Self {
        Self { generation: GENERATION.load(Ordering::Relaxed), pid }
    }

    pub(crate) fn pid(self) -> u32 {
        self.pid
    }

    /// A child of this process with the same pid.
    #[cfg(test)]
    pub(crate) fn namesake() -> Self {
        let this = Self::get();
        Self { generation: this.generation + 1, ..this }
    }
}

/// Distinguishes a process from its parent by one load: [`ThisProcess`] needs the pid, which is a
/// system call. Doesn't change in a child that ran no handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

impl Generation {
    #[inline]
    pub(crate) fn get() -> Self {
        Self(GENERATION.load(Ordering::Relaxed))
    }
}

/// The number of forks between the program's first process and this one.
///
/// What belongs to one process, such as a socket's numbering or a lock that another thread may have
/// held at the fork, is stored beside this number: a forked child finds another one, by one load and
/// without the system call that asks for its pid.
///
/// Only forks since the first call count. It doesn't change in a child that was made by a raw `clone`
/// system call, which runs no handlers.
#[inline]
pub fn fork_generation() -> u32 {
    install();
    GENERATION.load(Ordering::Relaxed)
}

/// Runs something once. `std`'s `Once` stays locked for ever in a child that was forked while
/// another thread of its parent ran it; such a child runs this one again.
#[derive(Debug)]
pub(crate) struct OnceAcrossForks(AtomicU32);

impl OnceAcrossForks {
    /// The state is 0 at first, the pid of the process while the action runs, then this.
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

/// A section in which no fork should happen: a descriptor or map exists that isn't in the list, or
/// a lock is held that a child would find locked.
///
/// It is short. Forks wait until it is over, and it waits until they are. A nested section, entered
/// because an allocation was counted, doesn't wait: the fork waits for the outer one.
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
        // In a child that a signal handler forked within the section, the count is already reset.
        let decremented = |sections: usize| sections.checked_sub(1);
        let _ = SECTIONS.fetch_update(Ordering::SeqCst, Ordering::SeqCst, decremented);
    }
}

fn install() {
    HOOKS.call(|| {
        // SAFETY: the handlers are functions that live as long as the program and don't unwind.
        let status = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        // Documented to fail only for lack of memory.
        assert_eq!(status, 0, "pthread_atfork has memory for three pointers");
        unload::prepare();
    });
}

/// A hook that runs in every child after its maps are private.
#[derive(Debug)]
pub(crate) struct ChildHook(Node<fn()>);

impl ChildHook {
    /// `hook` must be async-signal-safe.
    pub(crate) const fn new(hook: fn()) -> Self {
        Self(Node::new(hook))
    }
}

/// Registers `hook`. For one thread at a time; allocates nothing.
pub(crate) fn at_fork_in_child(ChildHook(hook): &'static ChildHook) {
    // A child whose parent was doing this doesn't know how far it got.
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
    // Bounded, as a signal handler that forks within a section would wait for itself. The price:
    // the child may keep a lock held.
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

/// Async-signal-safe: the parent may have had many threads, and the child has only one.
extern "C" fn in_child() {
    FORKS.store(0, Ordering::SeqCst);
    SECTIONS.store(0, Ordering::SeqCst);
    GENERATION.fetch_add(1, Ordering::Relaxed);
    registry::for_each(make_private);
    CHILD_HOOKS.iter().for_each(|hook| hook());
}

/// Replaces `len` bytes at `base` with private memory of the same contents.
fn make_private(base: *mut u8, len: usize) {
    let memory = |address: *mut u8, flags| {
        // SAFETY: without MAP_FIXED the kernel picks a free range. With it the range is a whole map
        // of ours, which is still in the list, and which only this thread can use: the child has no
        // other.
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
        // parent's threads may store meanwhile; the copy is bytes, from any instant.
        unsafe { ptr::copy_nonoverlapping(base, copy.cast(), len) };
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        // SAFETY: moves the copy over the map; the range is ours as above.
        let moved = unsafe { libc::mremap(copy, len, len, flags, base) };
        if moved != libc::MAP_FAILED {
            return;
        }
    }
    if memory(base, libc::MAP_FIXED) == libc::MAP_FAILED {
        // Continuing would write into the parent's file.
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
