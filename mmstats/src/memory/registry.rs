//! The maps of this process, in a list that a forked child can walk.
//!
//! Nodes are reused, so there are as many as there ever were maps at one time.

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

use super::descriptor::KeptDescriptor;
use super::list::List;

static NODES: List<Node> = List::new();

/// The number of nodes that describe no map. While it is 0, nobody searches for one, so a process
/// with ever more maps doesn't scan all of them for each.
static FREE: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Node {
    taken: AtomicBool,
    /// Null while the node describes no map.
    base: AtomicPtr<u8>,
    len: AtomicUsize,
    descriptor: KeptDescriptor,
}

/// A map's entry in the list.
#[derive(Debug)]
pub(super) struct Registration(&'static Node);

pub(super) fn register(base: *mut u8, len: usize) -> Registration {
    let node = free_node().unwrap_or_else(|| NODES.push(Node::taken()));
    node.len.store(len, Ordering::Relaxed);
    node.base.store(base, Ordering::Release);
    Registration(node)
}

impl Registration {
    /// The descriptor of the map's file, if it has one.
    pub(super) fn descriptor(&self) -> &KeptDescriptor {
        &self.0.descriptor
    }

    /// Removes the map from the list and closes its descriptor, unless a fork has done so.
    pub(super) fn retract(&self) {
        self.0.base.store(ptr::null_mut(), Ordering::Release);
        self.0.descriptor.close();
        self.0.taken.store(false, Ordering::Release);
        FREE.fetch_add(1, Ordering::Release);
    }
}

/// Calls `action` with each map's address and length, after closing its descriptor.
///
/// For a child right after its fork, when it has one thread, and for unloading: takes no lock,
/// allocates nothing.
pub(super) fn for_each(action: impl Fn(*mut u8, usize)) {
    for node in NODES.iter() {
        let base = node.base.load(Ordering::Acquire);
        if !base.is_null() {
            node.descriptor.close();
            action(base, node.len.load(Ordering::Relaxed));
        }
    }
}

fn free_node() -> Option<&'static Node> {
    let one_less = |free: usize| free.checked_sub(1);
    FREE.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_less).ok()?;
    let found = NODES.iter().find(|node| {
        !node.taken.load(Ordering::Relaxed) && !node.taken.swap(true, Ordering::Acquire)
    });
    if found.is_none() {
        // Other threads took and freed nodes on both sides of the search.
        FREE.fetch_add(1, Ordering::Relaxed);
    }
    found
}

impl Node {
    const fn taken() -> Self {
        Self {
            taken: AtomicBool::new(true),
            base: AtomicPtr::new(ptr::null_mut()),
            len: AtomicUsize::new(0),
            descriptor: KeptDescriptor::none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_used_again() {
        let mut memory = [0_u8; 8];
        let first = register(memory.as_mut_ptr(), 8);
        let node = ptr::from_ref(first.0);
        first.retract();
        let found = NODES.iter().any(|other| ptr::eq(other, node));
        assert!(found, "a retracted node stays in the list");
        let before = NODES.iter().count();
        for _ in 0..100 {
            register(memory.as_mut_ptr(), 8).retract();
        }
        // Other tests register maps at the same time, but not a hundred.
        assert!(NODES.iter().count() < before + 100);
    }
}
