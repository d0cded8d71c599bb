//! An allocator that counts bytes on request, for the report on memory.
//!
//! Otherwise it checks one flag and is the system's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicIsize};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static BYTES: AtomicIsize = AtomicIsize::new(0);

/// What `make` returns, and how many bytes it left allocated.
pub fn bytes_of<T>(make: impl FnOnce() -> T) -> (T, usize) {
    let (result, bytes) = growth_of(make);
    (result, bytes.max(0) as usize)
}

/// What `change` returns, and by how many bytes it changed what is allocated.
pub fn growth_of<T>(change: impl FnOnce() -> T) -> (T, isize) {
    BYTES.store(0, Relaxed);
    IS_COUNTING.store(true, Relaxed);
    let result = change();
    IS_COUNTING.store(false, Relaxed);
    (result, BYTES.load(Relaxed))
}

fn count(more: usize, less: usize) {
    if IS_COUNTING.load(Relaxed) {
        BYTES.fetch_add(more as isize - less as isize, Relaxed);
    }
}

// SAFETY: every call goes unchanged to the system's allocator, which upholds the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller upholds the same contract; so in each of the four.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(old, layout) }
    }
}
