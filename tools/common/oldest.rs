//! What is to be forgotten where memory is bounded: what wasn't used for the longest time.

/// Of what isn't in use, the keys that have no room in `limit` bytes. Each comes with when it was
/// used last and how many bytes it takes; those that were used last stay.
pub fn beyond<K: Ord>(limit: usize, mut idle: Vec<(u64, usize, K)>) -> Vec<K> {
    if idle.iter().map(|(_, size, _)| size).sum::<usize>() <= limit {
        return Vec::new();
    }
    idle.sort_unstable_by(|one, other| other.cmp(one));
    let mut room = limit;
    let kept = idle.iter().take_while(|(_, size, _)| match room.checked_sub(*size) {
        Some(rest) => {
            room = rest;
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
    fn what_was_used_last_stays_as_far_as_there_is_room() {
        let idle = vec![(1, 10, "a"), (3, 10, "b"), (2, 10, "c"), (3, 5, "d")];
        assert_eq!(beyond(35, idle.clone()), [""; 0]);
        assert_eq!(beyond(34, idle.clone()), ["a"]);
        assert_eq!(beyond(15, idle.clone()), ["c", "a"]);
        assert_eq!(beyond(0, idle), ["b", "d", "c", "a"]);
    }
}
