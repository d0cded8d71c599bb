//! The instances of a `per_thread!` static, of which a thread that ends leaves its own to another.

use std::mem;
use std::sync::Arc;
use std::thread::LocalKey;

use super::process::OwnFile;
use super::quiet::Quiet;
use super::unpublished::Unpublished;
use super::{CreateError, MmStats, Options, Published, process};
use crate::memory::{ChildHook, ForkProof, Idle, OnceAcrossForks, Slot, at_fork_in_child};

/// What the threads share.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shared<T: MmStats> {
    options: fn() -> Options<T>,
    /// Empties the slot of the calling thread, and the pool: for a child after its fork.
    forget: ChildHook,
    enlisted: OnceAcrossForks,
    pool: ForkProof<Quiet<Pool<T>>>,
}

#[derive(Debug)]
struct Pool<T: 'static> {
    idle: Vec<Idle<Published<T>>>,
    /// The files of all instances, idle or not.
    files: Vec<OwnFile>,
    /// The threads that use an instance in private memory.
    unpublished: usize,
    /// Why the last of them has no file.
    reason: Option<Arc<str>>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { idle: Vec::new(), files: Vec::new(), unpublished: 0, reason: None }
    }
}

impl<T: MmStats> Shared<T> {
    #[doc(hidden)]
    pub const fn new(options: fn() -> Options<T>, forget: fn()) -> Self {
        let (enlisted, pool) = (OnceAcrossForks::new(), ForkProof::new());
        Self { options, forget: ChildHook::new(forget), enlisted, pool }
    }

    /// For the macro's `forget`: see the field.
    #[doc(hidden)]
    pub fn forget(&self, slot: &'static LocalKey<Slot<Published<T>>>) {
        slot.with(Slot::forget);
        self.pool.forget();
    }

    /// An instance for a thread that begins to use one.
    pub(super) fn adopt_or_create(&'static self) -> Result<Idle<Published<T>>, CreateError> {
        // All wait for it: who forks with an instance in hand needs it.
        self.enlisted.call(|| at_fork_in_child(&self.forget));
        let pool = self.pool.get();
        if let Some(instance) = pool.with(|pool| pool.idle.pop()) {
            instance.get().adopt();
            self.note_use(instance.get());
            return Ok(instance);
        }
        let instance = Idle::new((self.options)().create()?);
        if let Some(file) = instance.get().file().cloned() {
            pool.with_room(|pool| &mut pool.files, |pool| pool.files.push(file));
        }
        self.note_use(instance.get());
        Ok(instance)
    }

    fn note_use(&'static self, instance: &Published<T>) {
        if let Some(problem) = instance.problem() {
            let reason = Some(problem.to_string().into());
            let _before = self.pool.get().with(|pool| {
                pool.unpublished += 1;
                mem::replace(&mut pool.reason, reason)
            });
        }
    }

    /// Takes back the instance of a thread that has ended.
    pub(super) fn give_back(&'static self, instance: Idle<Published<T>>) {
        instance.get().abandon();
        let is_unpublished = instance.get().problem().is_some();
        self.pool.get().with_room(
            |pool| &mut pool.idle,
            |pool| {
                let less = usize::from(is_unpublished);
                // A child may end a call that its parent began.
                pool.unpublished = pool.unpublished.saturating_sub(less);
                pool.idle.push(instance);
            },
        );
    }

    /// How many threads count in private memory, and why the last of them does.
    pub(super) fn problem(&'static self) -> Option<Unpublished> {
        let (threads, reason) =
            self.pool.get().with(|pool| (pool.unpublished, pool.reason.clone()));
        let reason = || reason.as_deref().unwrap_or_default().to_owned();
        (threads > 0).then(|| Unpublished { threads, reason: reason() })
    }

    /// Removes the files of all instances.
    pub(super) fn remove(&'static self) {
        let files = self.pool.get().with(|pool| mem::take(&mut pool.files));
        files.iter().for_each(process::remove);
    }
}
