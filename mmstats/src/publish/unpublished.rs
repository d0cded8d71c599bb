//! The number of threads whose stats nobody sees, in the process's existing files.
//!
//! None of it is on the write path: the number changes when stats get private memory for lack of a
//! file, and when a thread starts or stops using such stats.

use std::collections::HashMap;
use std::fmt;

use super::DeclareError;
use super::declaration::FieldKind;
use super::no_alloc_mutex::NoAllocMutex;
use crate::format::{DeclaredField, Kind, Layout};
use crate::memory::{
    AttachedField, ChildHook, ForkSafe, OnceAcrossForks, SharedWord, ThisProcess, at_fork_in_child,
};

/// Threads whose stats nobody sees, because no file could be created: see
/// [`PerThread::problem`](crate::PerThread::problem).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unpublished {
    /// The number of threads.
    pub threads: usize,
    /// Why no file could be created for the last one.
    pub reason: String,
}

impl fmt::Display for Unpublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = if self.threads == 1 { "thread doesn't" } else { "threads don't" };
        write!(f, "{} {threads} publish any stats: {}", self.threads, self.reason)
    }
}

/// This process's threads. A forked child starts afresh: its parent's files and threads are not its
/// own.
static STATE: ForkSafe<NoAllocMutex<State>> = ForkSafe::new();

#[derive(Debug, Default)]
struct State {
    unpublished: u64,
    next: u64,
    /// The number's word in each file. Each is taken out before its map ends, so a store never ends
    /// a map.
    files: HashMap<u64, SharedWord>,
}

impl State {
    fn get() -> &'static NoAllocMutex<Self> {
        static HOOK: OnceAcrossForks = OnceAcrossForks::new();
        static IN_CHILD: ChildHook = ChildHook::new(|| STATE.forget());
        HOOK.call(|| at_fork_in_child(&IN_CHILD));
        STATE.get()
    }

    fn set(&mut self, unpublished: u64) {
        self.unpublished = unpublished;
        self.files.values().for_each(|word| word.store(unpublished));
    }
}

/// A thread that is counted as unpublished until this is dropped.
#[derive(Debug)]
pub(super) struct UnpublishedThread {
    process: ThisProcess,
}

impl UnpublishedThread {
    pub(super) fn begin() -> Self {
        State::get().with(|state| state.set(state.unpublished.saturating_add(1)));
        Self { process: ThisProcess::get() }
    }
}

impl Drop for UnpublishedThread {
    fn drop(&mut self) {
        if self.process == ThisProcess::get() {
            State::get().with(|state| state.set(state.unpublished.saturating_sub(1)));
        }
    }
}

/// A file that shows the number until this is dropped.
#[derive(Debug)]
pub(super) struct RegisteredGauge {
    process: ThisProcess,
    number: u64,
}

impl RegisteredGauge {
    /// A file of this process.
    pub(super) fn new(UnpublishedThreads(word): UnpublishedThreads, process: ThisProcess) -> Self {
        let number = State::get().with_reserved(
            |state| &mut state.files,
            |state| {
                word.store(state.unpublished);
                state.next += 1;
                state.files.insert(state.next, word);
                state.next
            },
        );
        Self { process, number }
    }
}

impl Drop for RegisteredGauge {
    fn drop(&mut self) {
        if self.process == ThisProcess::get() {
            let _word = State::get().with(|state| state.files.remove(&self.number));
        }
    }
}

/// A file's field for the number: a gauge that belongs to no thread.
#[derive(Debug)]
pub(super) struct UnpublishedThreads(SharedWord);

impl FieldKind for UnpublishedThreads {
    type Settings = ();
    const UNIT: &'static str = "threads";

    fn declare_field((): (), _: Layout) -> Result<DeclaredField, DeclareError> {
        Ok(DeclaredField::scalar(Kind::Gauge, 0_u64, true))
    }

    fn attach_field(field: AttachedField, _: &DeclaredField) -> Self {
        Self(SharedWord::new(&field))
    }
}
