//! Values that live as long as the process: per-thread instances, and what a fork replaces.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The slot for a thread's instance: a pointer without a destructor of its own, so that a
/// `const` thread-local of it costs one load.
#[derive(Debug)]
pub struct Slot<T: 'static>(Cell<Option<&'static T>>);

impl<T> Slot<T> {
    /// An empty slot.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(Cell::new(None))
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&'static T> {
        self.0.get()
    }

    pub(crate) fn put(&self, Idle(instance): Idle<T>) -> &'static T {
        self.0.set(Some(instance));
        instance
    }

    /// Empties the slot. The instance passes to one other thread at a time.
    ///
    /// For the library's guard, at the thread's end: no borrow of the instance is left then,
    /// because each lasts for a call that the thread has returned from.
    pub(crate) fn take(&self) -> Option<Idle<T>> {
        self.0.take().map(Idle)
    }

    /// Empties the slot in a forked child; its instance belongs to the parent.
    pub(crate) fn forget(&self) {
        self.0.set(None);
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// An instance that no thread uses at present. It is never dropped: some thread will use it.
#[derive(Debug)]
pub(crate) struct Idle<T: 'static>(&'static T);

// SAFETY: an `Idle` is the only reference to its instance (`new` leaks a box, `Slot::take`
// empties the slot at the end of its thread), so handing it over hands over the instance, which
// is `Send`.
unsafe impl<T: Send> Send for Idle<T> {}

impl<T> Idle<T> {
    pub(crate) fn new(instance: T) -> Self {
        Self(Box::leak(Box::new(instance)))
    }

    /// The instance, as long as it stays idle or borrowed by this very caller.
    pub(crate) fn get(&self) -> &T {
        self.0
    }
}

/// A value that is created at its first use, and again at the first use in a forked child.
///
/// Another thread may have held a mutex inside at the fork; the child never sees that one again.
#[derive(Debug)]
pub(crate) struct ForkSafe<T>(AtomicPtr<T>);

impl<T: Default + Sync> ForkSafe<T> {
    pub(crate) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    #[inline]
    pub(crate) fn get(&'static self) -> &'static T {
        let present = self.0.load(Ordering::Acquire);
        // SAFETY: if not null, it is a box that was leaked below, initialised before the exchange
        // made it visible; it lives for ever.
        if let Some(value) = unsafe { present.as_ref() } {
            return value;
        }
        self.make(present)
    }

    /// Replaces `present`, which is null; the first thread wins.
    #[cold]
    fn make(&'static self, present: *mut T) -> &'static T {
        let made = Box::into_raw(Box::<T>::default());
        let exchanged = self.0.compare_exchange(present, made, Ordering::AcqRel, Ordering::Acquire);
        match exchanged {
            // SAFETY: a leaked box, as above.
            Ok(_) => unsafe { &*made },
            Err(theirs) => {
                // SAFETY: `made` came from `into_raw` and nobody else has seen it.
                drop(unsafe { Box::from_raw(made) });
                // SAFETY: another thread's leaked box, as above.
                unsafe { &*theirs }
            }
        }
    }

    /// For the child's side of a fork: leaks the value. Async-signal-safe.
    pub(crate) fn forget(&self) {
        self.0.store(ptr::null_mut(), Ordering::Release);
    }
}
