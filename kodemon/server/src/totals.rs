//! How often each key was called, and for how long, since the server began.

use std::collections::HashMap;
use std::sync::Arc;

use crate::store::Execution;

/// What was stored of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Total {
    /// Calls.
    pub count: u64,
    /// Seconds that they took, together.
    pub seconds: f64,
}

/// Totals of a bounded number of keys.
#[derive(Debug, Default)]
pub struct Totals {
    /// With the number of the last call.
    of: HashMap<Arc<str>, (Total, u64)>,
    calls: u64,
}

impl Totals {
    /// One more call.
    pub fn add(&mut self, Execution { key, execution_time, .. }: &Execution) {
        self.calls += 1;
        let add = |(total, last): &mut (Total, u64)| {
            total.count += 1;
            total.seconds += execution_time;
            *last = self.calls;
        };
        match self.of.get_mut(key) {
            Some(known) => add(known),
            None => add(self.of.entry(Arc::clone(key)).or_default()),
        }
    }

    /// Forgets those that weren't called for the longest time, where there are more than that.
    pub fn shrink(&mut self, most: usize) {
        if self.of.len() > most {
            let mut last: Vec<_> = self.of.values().map(|(_, last)| *last).collect();
            let too_many = last.len() - most;
            let (_, newest, _) = last.select_nth_unstable(too_many - 1);
            let newest = *newest;
            self.of.retain(|_, (_, last)| *last > newest);
        }
    }

    /// All of them, in no order.
    pub fn all(&self) -> Vec<(Arc<str>, Total)> {
        self.of.iter().map(|(key, (total, _))| (Arc::clone(key), *total)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(key: &str) -> Execution {
        let (key, token) = (key.into(), "t".into());
        Execution { key, token, timestamp: 1e9, execution_time: 0.5, extra: None }
    }

    #[test]
    fn those_stay_that_were_called_last() {
        let mut totals = Totals::default();
        for number in 0..1_000 {
            totals.add(&call("steady"));
            totals.add(&call(&format!("junk {number}")));
            totals.shrink(3);
        }
        let mut all = totals.all();
        all.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let keys: Vec<_> = all.iter().map(|(key, total)| (&**key, total.count)).collect();
        assert_eq!(keys, [("junk 998", 1), ("junk 999", 1), ("steady", 1_000)]);
        assert_eq!(all[2].1.seconds, 500.0);
    }
}
