//! What a counter counted between two samples.

use std::time::Duration;

/// How much a counter grew. `None` if it is missing in a sample, or fell: it wrapped or began anew, and
/// what it counted is unknown.
pub(crate) fn increase(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    after?.checked_sub(before?)
}

/// How much a counter grew in a second. `None` as above, and if no time passed.
pub(crate) fn per_second(
    before: Option<u64>,
    after: Option<u64>,
    elapsed: Duration,
) -> Option<f64> {
    let increase = increase(before, after)?;
    (!elapsed.is_zero()).then(|| increase as f64 / elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_two_samples_a_counter_that_grew_and_time() {
        let second = Duration::from_secs(1);
        assert_eq!(per_second(Some(5), Some(25), second * 10), Some(2.0));
        assert_eq!(per_second(Some(5), Some(5), second), Some(0.0));
        assert_eq!(per_second(None, Some(5), second), None);
        assert_eq!(per_second(Some(5), None, second), None);
        assert_eq!(per_second(Some(u64::MAX), Some(4), second), None);
        assert_eq!(per_second(Some(5), Some(25), Duration::ZERO), None);
    }
}
