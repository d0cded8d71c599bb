//! The cluster and node of the last packet, which the next one has unless it names others.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// Cluster and node. Their memory is used again, so that a change rarely allocates.
#[derive(Debug)]
pub(super) struct Names(Mutex<Pair>);

#[derive(Clone, Debug, Default)]
pub(super) struct Pair {
    pub(super) cluster: String,
    pub(super) node: String,
}

impl Names {
    pub(super) fn new(pair: Pair) -> Self {
        Self(Mutex::new(pair))
    }

    /// Calls `action`, which must be short, with the last ones.
    pub(super) fn with<R>(&self, action: impl FnOnce(&str, &str) -> R) -> R {
        let pair = self.lock();
        action(&pair.cluster, &pair.node)
    }

    /// Remembers these.
    pub(super) fn remember(&self, cluster: &str, node: &str) {
        let mut pair = self.lock();
        replace(&mut pair.cluster, cluster);
        replace(&mut pair.node, node);
    }

    /// A copy, unless somebody changes them just now; for a forked child, in which nobody would
    /// ever release the lock.
    pub(super) fn try_copy(&self) -> Option<Pair> {
        match self.0.try_lock() {
            Ok(pair) => Some(pair.clone()),
            Err(TryLockError::Poisoned(pair)) => Some(pair.into_inner().clone()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pair> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replace(last: &mut String, new: &str) {
    if last != new {
        last.clear();
        last.push_str(new);
    }
}
