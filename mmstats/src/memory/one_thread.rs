//! Keeps a field's writer in one thread at a time.

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;

/// Nothing implements it: `dyn` of it isn't `Sync`, so no type with a [`OneThread`] is. The
/// compiler's message shows its name if a stat or a plain timing is held across `.await`, or shared
/// by threads, so it is the only reason why a stat isn't `Sync`.
pub trait UsePerThreadAndItsGuards: Unpin + UnwindSafe + RefUnwindSafe {}

/// May move between threads, but is never shared by several.
pub(crate) type OneThread = PhantomData<dyn UsePerThreadAndItsGuards + Send>;

/// An address in a map. Each use needs its own safety argument.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address(pub(super) NonNull<u8>);

// SAFETY: an address is a number, which any thread may know. Each use argues its own safety.
unsafe impl Send for Address {}
// SAFETY: as above.
unsafe impl Sync for Address {}
