//! Number and total duration of the calls of each key since the server started.

use std::collections::HashMap;
use std::sync::Arc;

use crate::execution::Execution;

/// The calls of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CallTotal {
    /// Number of calls.
    pub count: u64,
    /// Their total duration in seconds.
    pub seconds: f64,
}

/// The calls of a limited number of keys.
#[derive(Debug, Default)]
pub struct CallTotals {
    /// With the number of the last call.
    by_key: HashMap<Arc<str>, (CallTotal, u64)>,
    calls: u64,
}

impl CallTotals {
    /// Adds a call.
    pub fn add(&mut self, Execution { key, execution_time, .. }: &Execution) {
        self.calls += 1;
        let add = |(total, last): &mut (CallTotal, u64)| {
            total.count += 1;
            total.seconds += execution_time;
            *last = self.calls;
        };
        match self.by_key.get_mut(key) {
            Some(known) => add(known),
            None => add(self.by_key.entry(Arc::clone(key)).or_default()),
        }
    }

    /// Removes the keys that were called least recently, down to `limit` keys.
    pub fn shrink(&mut self, limit: usize) {
        if self.by_key.len() > limit {
            let mut last: Vec<_> = self.by_key.values().map(|(_, last)| *last).collect();
            let excess = last.len() - limit;
            let (_, newest, _) = last.select_nth_unstable(excess - 1);
            let newest = *newest;
            self.by_key.retain(|_, (_, last)| *last > newest);
        }
    }

    /// All keys, in no particular order.
    pub fn all(&self) -> Vec<(Arc<str>, CallTotal)> {
        self.by_key.iter().map(|(key, (total, _))| (Arc::clone(key), *total)).collect()
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
    fn the_keys_called_last_stay() {
        let mut totals = CallTotals::default();
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
