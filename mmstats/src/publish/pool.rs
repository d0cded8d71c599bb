//! The instances of a `per_thread!` static. A thread that ends leaves its instance to another.

use std::mem;
use std::sync::Arc;
use std::thread::LocalKey;

use super::deferred::Deferred;
use super::exit_cleanup::OwnFile;
use super::no_alloc_mutex::NoAllocMutex;
use super::unpublished::Unpublished;
use super::{CreateError, MmStats, Options, Published, exit_cleanup};
use crate::memory::{ChildHook, ForkSafe, Idle, OnceAcrossForks, Slot, at_fork_in_child};

/// What the threads share.
#[doc(hidden)]
pub struct Shared<T: MmStats> {
    options: fn() -> Options<T>,
    /// Empties the slot of the calling thread, the pool, and the deferred changes: for a child
    /// after its fork.
    forget: ChildHook,
    enlisted: OnceAcrossForks,
    pool: ForkSafe<NoAllocMutex<Pool<T>>>,
    deferred: Deferred<T>,
}

struct Pool<T: 'static> {
    /// Idle instances in files.
    idle: Vec<Idle<Published<T>>>,
    /// Idle instances in private memory.
    unseen: Vec<Idle<Published<T>>>,
    /// The files of all instances, idle or not.
    files: Vec<OwnFile>,
    /// The number of threads that use an instance in private memory.
    unpublished: usize,
    /// Why the last of them has no file.
    reason: Option<Arc<str>>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        let (idle, unseen, files) = (Vec::new(), Vec::new(), Vec::new());
        Self { idle, unseen, files, unpublished: 0, reason: None }
    }
}

impl<T> Pool<T> {
    fn list_for(&mut self, is_unseen: bool) -> &mut Vec<Idle<Published<T>>> {
        if is_unseen { &mut self.unseen } else { &mut self.idle }
    }
}

impl<T: MmStats> Shared<T> {
    #[doc(hidden)]
    pub const fn new(options: fn() -> Options<T>, forget: fn()) -> Self {
        let (enlisted, pool) = (OnceAcrossForks::new(), ForkSafe::new());
        Self { options, forget: ChildHook::new(forget), enlisted, pool, deferred: Deferred::new() }
    }

    /// For the macro's `forget`: see the field.
    #[doc(hidden)]
    pub fn forget(&self, slot: &'static LocalKey<Slot<Published<T>>>) {
        slot.with(Slot::forget);
        self.pool.forget();
        self.deferred.forget();
    }

    /// Changes that no thread could publish yet.
    #[inline]
    pub(super) fn deferred(&'static self) -> &'static Deferred<T> {
        &self.deferred
    }

    /// Gets an instance for a thread that begins to use one.
    pub(super) fn adopt_or_create(&'static self) -> Result<Idle<Published<T>>, CreateError> {
        // All threads wait for it: one that forks while it has an instance needs it.
        self.enlisted.call(|| at_fork_in_child(&self.forget));
        if let Some(instance) = self.resume() {
            return Ok(instance);
        }
        if let Some(instance) = self.pool.get().with(|pool| pool.idle.pop()) {
            instance.get().adopt();
            return Ok(instance);
        }
        let instance = Idle::new((self.options)().create()?);
        self.note_file(instance.get());
        if let Some(problem) = instance.get().problem() {
            self.note_unpublished(problem);
        }
        Ok(instance)
    }

    /// An idle instance in private memory, if any: moved into a file now, or unchanged if its file
    /// can't be created either and no other instance has one.
    fn resume(&'static self) -> Option<Idle<Published<T>>> {
        let pool = self.pool.get();
        if pool.with(|pool| pool.unseen.is_empty()) {
            return None;
        }
        // The program's own code.
        let options = (self.options)();
        let instance = pool.with(|pool| pool.unseen.pop())?;
        match instance.get().publish(&options) {
            Ok(()) => self.note_file(instance.get()),
            Err(_) if pool.with(|pool| !pool.idle.is_empty()) => {
                self.put_back(instance);
                return None;
            }
            Err(problem) => self.note_unpublished(&problem),
        }
        instance.get().adopt();
        Some(instance)
    }

    fn note_file(&'static self, instance: &Published<T>) {
        if let Some(file) = instance.file().cloned() {
            self.pool.get().with_reserved(|pool| &mut pool.files, |pool| pool.files.push(file));
        }
    }

    fn note_unpublished(&'static self, problem: &CreateError) {
        let reason = Some(format!("{problem:#}").into());
        let _before = self.pool.get().with(|pool| {
            pool.unpublished += 1;
            mem::replace(&mut pool.reason, reason)
        });
    }

    /// Takes back the instance of a thread that has ended.
    pub(super) fn give_back(&'static self, instance: Idle<Published<T>>) {
        instance.get().abandon();
        if instance.get().problem().is_some() {
            // A child may end a call that its parent began.
            let less = |pool: &mut Pool<T>| pool.unpublished = pool.unpublished.saturating_sub(1);
            self.pool.get().with(less);
        }
        self.put_back(instance);
    }

    fn put_back(&'static self, instance: Idle<Published<T>>) {
        let is_unseen = instance.get().problem().is_some();
        self.pool.get().with_reserved(
            |pool| pool.list_for(is_unseen),
            |pool| pool.list_for(is_unseen).push(instance),
        );
    }

    /// How many threads count in private memory, and why the last one does.
    pub(super) fn problem(&'static self) -> Option<Unpublished> {
        let (threads, reason) =
            self.pool.get().with(|pool| (pool.unpublished, pool.reason.clone()));
        let reason = || reason.as_deref().unwrap_or_default().to_owned();
        (threads > 0).then(|| Unpublished { threads, reason: reason() })
    }

    /// Removes the files of all instances.
    pub(super) fn remove(&'static self) {
        let files = self.pool.get().with(|pool| mem::take(&mut pool.files));
        files.iter().for_each(exit_cleanup::remove);
    }
}
