//! What to forget where memory is bounded: what was used least recently.

/// The keys that don't fit into `limit` bytes. Each key in `idle` comes with when it was used last
/// and how many bytes it takes; those that were used last stay.
pub fn least_recently_used<K: Ord>(limit: usize, mut idle: Vec<(u64, usize, K)>) -> Vec<K> {
    if idle.iter().map(|(_, size, _)| size).sum::<usize>() <= limit {
        return Vec::new();
    }
    idle.sort_unstable_by(|one, other| other.cmp(one));
    let mut left = limit;
    let kept = idle.iter().take_while(|(_, size, _)| match left.checked_sub(*size) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    });
    let kept = kept.count();
    idle.drain(kept..).map(|(_, _, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_last_stays_as_far_as_it_fits() {
        let idle = vec![(1, 10, "a"), (3, 10, "b"), (2, 10, "c"), (3, 5, "d")];
        assert_eq!(least_recently_used(35, idle.clone()), [""; 0]);
        assert_eq!(least_recently_used(34, idle.clone()), ["a"]);
        assert_eq!(least_recently_used(15, idle.clone()), ["c", "a"]);
        assert_eq!(least_recently_used(0, idle), ["b", "d", "c", "a"]);
    }
}
