//! State that each process has for itself: a forked child makes its own at the first use.

use std::mem;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};

/// Something that a forked child can't use, and has to make anew.
pub(crate) trait PerProcess: Sized {
    /// The process that made it: see [`mmstats::fork_generation`].
    fn generation(&self) -> u32;
    /// The one of a forked child. No lock may be waited for: another thread may have held it at the fork.
    fn in_child(&self) -> Self;
}

/// What this process has of it.
#[derive(Debug)]
pub(crate) struct Own<T>(ArcSwap<T>);

impl<T: PerProcess> Own<T> {
    pub(crate) fn new(first: Arc<T>) -> Self {
        Self(ArcSwap::new(first))
    }

    /// This process's own. If it is a forked child that didn't use it so far, it is made now; then `begin` is
    /// called once, with the parent's and the child's.
    #[inline]
    pub(crate) fn get(&self, begin: impl FnOnce(&T, &Arc<T>)) -> Guard<Arc<T>> {
        let found = self.0.load();
        if found.generation() == mmstats::fork_generation() {
            return found;
        }
        self.adopt(&found, begin);
        self.0.load()
    }

    /// This process's own, if there is one. Then the parent's, if it was not, is never freed here: another
    /// thread may have been changing it at the fork.
    pub(crate) fn existing(&self) -> Option<Arc<T>> {
        let found = self.0.load_full();
        if found.generation() == mmstats::fork_generation() {
            return Some(found);
        }
        mem::forget(found);
        None
    }

    /// Makes one for a forked child. The parent's is never touched again, nor freed.
    #[cold]
    fn adopt(&self, parent: &Arc<T>, begin: impl FnOnce(&T, &Arc<T>)) {
        mem::forget(Arc::clone(parent));
        let own = Arc::new(parent.in_child());
        let before = self.0.compare_and_swap(parent, Arc::clone(&own));
        // Otherwise another thread of the child was faster.
        if Arc::ptr_eq(&before, parent) {
            begin(parent, &own);
        }
    }
}
