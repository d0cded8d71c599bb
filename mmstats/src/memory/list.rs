//! A list that only grows, and that a forked child can walk.
//!
//! Lock-free: at a fork any other thread may have been anywhere in here, and a mutex would stay
//! locked in the child for ever.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

#[derive(Debug)]
pub(super) struct List<T>(AtomicPtr<Node<T>>);

#[derive(Debug)]
pub(super) struct Node<T> {
    value: T,
    /// Set before the node is in the list, then never changed.
    next: AtomicPtr<Node<T>>,
}

impl<T> Node<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { value, next: AtomicPtr::new(ptr::null_mut()) }
    }
}

impl<T: Sync> List<T> {
    pub(super) const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Pushes `value` to the front. It stays for the rest of the process's life.
    pub(super) fn push(&'static self, value: T) -> &'static T {
        let node = Box::leak(Box::new(Node::new(value)));
        self.link(node);
        &node.value
    }

    /// Pushes a node that is in no other list to the front. Allocates nothing.
    pub(super) fn link(&'static self, node: &'static Node<T>) {
        let mut head = self.0.load(Ordering::Acquire);
        loop {
            node.next.store(head, Ordering::Relaxed);
            let address = ptr::from_ref(node).cast_mut();
            match self.0.compare_exchange(head, address, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return,
                Err(other) => head = other,
            }
        }
    }

    pub(super) fn has(&'static self, node: &'static Node<T>) -> bool {
        self.iter().any(|value| ptr::eq(value, &raw const node.value))
    }

    pub(super) fn iter(&'static self) -> impl Iterator<Item = &'static T> {
        let mut next = self.0.load(Ordering::Acquire);
        std::iter::from_fn(move || {
            // SAFETY: null or a node that lives for ever, with only shared references to it; a
            // reader of its address sees it initialised, because `link` released it.
            let node = unsafe { next.as_ref() }?;
            next = node.next.load(Ordering::Relaxed);
            Some(&node.value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_push_at_the_same_time_and_nothing_is_lost() {
        static LIST: List<usize> = List::new();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for number in 0..1000 {
                        LIST.push(thread * 1000 + number);
                        // Other threads' nodes are whole, too, as soon as they are visible.
                        assert!(LIST.iter().take(4).all(|&number| number < 4000));
                    }
                });
            }
        });
        let mut seen: Vec<_> = LIST.iter().copied().collect();
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..4000));
    }
}
