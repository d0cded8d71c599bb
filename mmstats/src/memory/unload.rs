//! Unloading a plugin that contains the library: `dlclose` leaves no map and no descriptor.
//!
//! A shared object's destructors run when it is unloaded and when the process ends. At the end of
//! the process its maps must stay, as other threads go on; after unloading nobody can use them. The
//! two differ in order: the process calls its exit handlers before any destructor, but unloading
//! calls them among the destructors of the object.

use std::sync::atomic::{AtomicBool, Ordering};

use nix::libc;

use super::registry;

/// The process ends.
static ENDS: AtomicBool = AtomicBool::new(false);
/// The object is being unloaded.
static UNLOADS: AtomicBool = AtomicBool::new(false);

/// Before there are any maps.
pub(super) fn prepare() {
    // SAFETY: the hook lives as long as the object, with which it goes.
    if unsafe { libc::atexit(process_ends) } != 0 {
        // Without it the two can't be distinguished, and the maps stay.
        ENDS.store(true, Ordering::Relaxed);
    }
}

extern "C" fn process_ends() {
    ENDS.store(true, Ordering::Relaxed);
}

extern "C" fn begin() {
    UNLOADS.store(!ENDS.load(Ordering::Relaxed), Ordering::Relaxed);
}

extern "C" fn end() {
    if UNLOADS.load(Ordering::Relaxed) {
        registry::for_each(|base, len| {
            // SAFETY: a whole map of ours, which is still in the list, and no code is left that
            // could use it.
            unsafe { libc::munmap(base.cast(), len) };
        });
    }
}

/// Destructors run from the last to the first. Those of other files are between these two, as the
/// linker puts one with a priority before all without: they may still count. In another order the
/// maps would stay.
// SAFETY: the section is an array of such functions.
#[used]
#[unsafe(link_section = ".fini_array")]
static FIRST: extern "C" fn() = begin;
// SAFETY: as above.
#[used]
#[unsafe(link_section = ".fini_array.00101")]
static LAST: extern "C" fn() = end;
