//! The last values, and their mean in constant time.

use super::relaxed::Relaxed;

/// The last `n` values.
///
/// The sum is updated by adding the new value and subtracting the oldest, which accumulates
/// rounding errors. So the values since the ring's start are also summed afresh; when the ring
/// wraps, this is the sum of the whole window in order, and replaces the other. While the values
/// are so large that their sum is infinite, the window is summed again each time.
#[derive(Debug)]
pub(super) struct Window {
    ring: Box<[Relaxed<f64>]>,
    next: Relaxed<usize>,
    /// Whether the ring has wrapped.
    full: Relaxed<bool>,
    sum: Relaxed<f64>,
    fresh: Relaxed<f64>,
}

impl Window {
    /// # Panics
    ///
    /// Panics if `size` is 0.
    pub(super) fn new(size: usize) -> Self {
        assert!(size > 0, "a window holds a value");
        Self {
            ring: (0..size).map(|_| Relaxed::new(0.0)).collect(),
            next: Relaxed::new(0),
            full: Relaxed::new(false),
            sum: Relaxed::new(0.0),
            fresh: Relaxed::new(0.0),
        }
    }

    /// Replaces the oldest value; returns the mean.
    #[inline]
    pub(super) fn add(&self, value: f64) -> f64 {
        let at = self.next.get();
        let oldest = self.ring[at].replace(value);
        let fresh = self.fresh.get() + value;
        let mut sum = self.sum.get() + (value - oldest);
        let mut filled = self.ring.len();
        if at + 1 == self.ring.len() {
            sum = fresh;
            self.fresh.set(0.0);
            self.next.set(0);
            self.full.set(true);
        } else {
            self.fresh.set(fresh);
            self.next.set(at + 1);
            if !self.full.get() {
                filled = at + 1;
            }
        }
        if !sum.is_finite() {
            sum = self.sum_afresh();
        }
        self.sum.set(sum);
        sum / real(filled)
    }

    #[cold]
    fn sum_afresh(&self) -> f64 {
        self.ring.iter().map(Relaxed::get).sum()
    }

    /// The mean; 0 before the first value.
    pub(super) fn mean(&self) -> f64 {
        match self.filled() {
            0 => 0.0,
            filled => self.sum.get() / real(filled),
        }
    }

    /// The last value; 0 before the first.
    pub(super) fn last(&self) -> f64 {
        let next = self.next.get();
        self.ring[next.checked_sub(1).unwrap_or(self.ring.len() - 1)].get()
    }

    fn filled(&self) -> usize {
        if self.full.get() { self.ring.len() } else { self.next.get() }
    }
}

/// A number of values as a divisor. Signed on the way: processors have an instruction for that
/// conversion.
#[inline]
fn real(number: usize) -> f64 {
    number as i64 as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repeatable sequence of numbers of very different sizes, some negative.
    fn values() -> impl Iterator<Item = f64> {
        let mut state = 1_u64;
        std::iter::from_fn(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let exponent = ((state >> 40) % 13) as i32 - 6;
            let mantissa = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.25;
            Some(mantissa * 10_f64.powi(exponent))
        })
    }

    /// Neumaier's sum: without rounding errors up to the last addition.
    fn exact_mean(values: &[f64]) -> f64 {
        let (mut sum, mut lost) = (0.0_f64, 0.0);
        for value in values {
            let next = sum + value;
            lost += if sum.abs() >= value.abs() { sum - next + value } else { value - next + sum };
            sum = next;
        }
        (sum + lost) / values.len() as f64
    }

    #[test]
    fn a_million_adds_stay_with_the_exact_sum() {
        const SIZE: usize = 100;
        let window = Window::new(SIZE);
        let mut seen = Vec::new();
        for (number, value) in values().take(1_000_000).enumerate() {
            seen.push(value);
            let mean = window.add(value);
            if number % 997 == 0 {
                let exact = exact_mean(&seen[seen.len().saturating_sub(SIZE)..]);
                // Values are below 1e6, so a window's rounding is below 1e-9.
                assert!((mean - exact).abs() < 1e-9, "{number}: {mean} for {exact}");
            }
        }
    }

    #[test]
    fn an_infinity_and_a_nan_are_seen_and_leave_with_the_window() {
        for odd in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let window = Window::new(4);
            window.add(1.0);
            window.add(2.0);
            assert!(!window.add(odd).is_finite());
            for value in [1.0, 2.0, 3.0] {
                assert!(!window.add(value).is_finite());
            }
            assert_eq!(window.add(4.0), 2.5);
            assert_eq!(window.last(), 4.0);
            assert_eq!(window.add(5.0), 3.5);
        }
    }

    #[test]
    fn a_huge_value_s_rounding_leaves_again() {
        let window = Window::new(3);
        window.add(1e300);
        for _ in 0..6 {
            window.add(1.0);
        }
        assert_eq!(window.mean(), 1.0);
    }

    #[test]
    fn before_it_is_full_the_mean_is_over_what_is_there() {
        let window = Window::new(100);
        assert_eq!((window.mean(), window.last()), (0.0, 0.0));
        assert_eq!(window.add(3.0), 3.0);
        assert_eq!(window.add(6.0), 4.5);
        assert_eq!((window.mean(), window.last()), (4.5, 6.0));
    }
}
