//! Which series the process has: one has its own stat in every thread, or in none.
//!
//! If each thread decided, a tenant could have a figure of its own in one thread and be part of the
//! overflow in another, and its sum would silently be too low.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::memory::{ChildHook, ForkSafe, OnceAcrossForks, at_fork_in_child};
use crate::publish::no_alloc_mutex::NoAllocMutex;

/// The most series of a name, unless its family says otherwise.
pub(super) const DEFAULT_SERIES: usize = 2_000;

/// The most series of all names together.
pub(in crate::publish) const PROCESS_SERIES: usize = 10_000;

/// A child's list begins empty: it has its own files.
static SERIES: ForkSafe<NoAllocMutex<Series>> = ForkSafe::new();

#[derive(Debug, Default)]
struct Series {
    /// For each label, whether the series was admitted or refused. Neither changes.
    decided: HashMap<Arc<str>, bool>,
    /// The number of series by name.
    counts: HashMap<Arc<str>, Arc<AtomicUsize>>,
}

/// The series of one name.
#[derive(Debug)]
pub(super) struct Admission {
    /// How many were decided, in families of the same name together.
    count: Arc<AtomicUsize>,
    max: usize,
}

impl Admission {
    pub(super) fn new(name: &str, max: usize) -> Self {
        static HOOK: OnceAcrossForks = OnceAcrossForks::new();
        static IN_CHILD: ChildHook = ChildHook::new(|| SERIES.forget());
        HOOK.call(|| at_fork_in_child(&IN_CHILD));
        // What isn't needed is freed outside of the lock.
        let mut new = Some((Arc::from(name), Arc::default()));
        let count = SERIES.get().with_reserved(
            |series| &mut series.counts,
            |series| {
                if let Some(count) = series.counts.get(name) {
                    return Some(Arc::clone(count));
                }
                let (name, count) = new.take()?;
                series.counts.insert(name, Arc::clone(&count));
                Some(count)
            },
        );
        Self { count: count.unwrap_or_default(), max }
    }

    /// Whether the series of this label could be admitted, or is. Changes nothing.
    pub(super) fn is_possible(&self, label: &str) -> bool {
        SERIES.get().with(|series| {
            let decided = series.decided.get(label).copied();
            decided.unwrap_or_else(|| self.has_room(series))
        })
    }

    /// Admits the series if it has a place, and refuses it otherwise, for the whole process, unless
    /// that is decided already. Returns whether it is admitted.
    pub(super) fn decide(&self, label: &str, has_place: bool) -> bool {
        let mut new = Some(Arc::from(label));
        let decided = SERIES.get().with_reserved(
            |series| &mut series.decided,
            |series| {
                if let Some(&decided) = series.decided.get(label) {
                    return Some(decided);
                }
                let label = new.take_if(|_| self.has_room(series))?;
                self.count.fetch_add(1, Ordering::Relaxed);
                series.decided.insert(label, has_place);
                Some(has_place)
            },
        );
        decided.unwrap_or(false)
    }

    fn has_room(&self, series: &Series) -> bool {
        series.decided.len() < PROCESS_SERIES && self.count.load(Ordering::Relaxed) < self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_stands_for_all_families_of_the_name() {
        let one = Admission::new("admission.one", 2);
        let other = Admission::new("admission.one", 3);
        assert!(one.decide("a", true) && other.decide("a", false), "admitted");
        assert!(!other.decide("b", false) && !one.decide("b", true), "refused");
        assert!(one.is_possible("a") && !one.is_possible("b") && !one.is_possible("c"), "2 of 2");
        assert!(!one.decide("c", true) && other.decide("c", true) && one.is_possible("c"));
        assert!(!other.is_possible("d"), "3 of 3");
        assert!(Admission::new("admission.two", 1).is_possible("d"));
    }
}
