//! Locks under which nothing is allocated or freed.
//!
//! A program may count in its global allocator, which may then need any lock of the library. It
//! would wait for itself if the library allocated while holding that lock.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Mutex, PoisonError};

/// A value behind such a lock.
#[derive(Debug, Default)]
pub(super) struct NoAllocMutex<T>(Mutex<T>);

impl<T> NoAllocMutex<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Calls `action` under the lock. The action returns what it takes out of the value, to be
    /// freed afterwards.
    pub(super) fn with<R>(&self, action: impl FnOnce(&mut T) -> R) -> R {
        // No action panics midway.
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, with capacity for one more in `collection`.
    pub(super) fn with_reserved<C: Collection, R>(
        &self,
        collection: impl Fn(&mut T) -> &mut C,
        action: impl FnOnce(&mut T) -> R,
    ) -> R {
        let mut larger = C::default();
        let mut action = Some(action);
        loop {
            let done = self.with(|value| {
                let present = collection(value);
                if present.is_full() {
                    if larger.capacity() <= present.len() {
                        return Err(2 * (present.len() + 1));
                    }
                    present.move_to(&mut larger);
                    mem::swap(present, &mut larger);
                }
                Ok(action.take().map(|action| action(value)))
            });
            match done {
                Ok(result) => return result.expect("the action is there until it is called"),
                Err(wanted) => larger = C::allocate(wanted),
            }
        }
    }
}

/// A collection that grows.
pub(super) trait Collection: Default {
    /// Allocates; [`Default`] doesn't.
    fn allocate(wanted: usize) -> Self;
    fn len(&self) -> usize;
    /// How many elements fit without allocating.
    fn capacity(&self) -> usize;
    /// Moves all elements to an empty collection with enough capacity.
    fn move_to(&mut self, larger: &mut Self);

    fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }
}

impl<V> Collection for Vec<V> {
    fn allocate(wanted: usize) -> Self {
        Self::with_capacity(wanted)
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn move_to(&mut self, larger: &mut Self) {
        larger.append(self);
    }
}

impl<K: Eq + Hash, V> Collection for HashMap<K, V> {
    fn allocate(wanted: usize) -> Self {
        Self::with_capacity(wanted)
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn capacity(&self) -> usize {
        self.capacity()
    }

    fn move_to(&mut self, larger: &mut Self) {
        larger.extend(self.drain());
    }
}
