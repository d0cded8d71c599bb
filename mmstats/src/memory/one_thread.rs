//! What keeps a field's writer in one thread at a time.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;

/// Nothing implements it: `dyn` of it isn't `Sync`, and so nothing is that has a [`OneThread`]. Its
/// name stands in the compiler's message where a stat or a plain timing is held across `.await`, or
/// shared by threads, and so it is the one reason for which a stat isn't `Sync`.
pub trait UsePerThreadAndItsGuards: Unpin + UnwindSafe + RefUnwindSafe {}

/// Goes from thread to thread, and is never shared by several.
pub(super) type OneThread = PhantomData<dyn UsePerThreadAndItsGuards + Send>;

/// An address in a map, for whoever argues that it may use it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address(pub(super) NonNull<u8>);

// SAFETY: an address is a number, which any thread may know. What is done with it is argued where
// it is done.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}
