//! Conversions of the kernel's units into those in which figures are shown.

use std::time::Duration;

/// Clock ticks in a second, as `/proc` counts them. The kernel converts to these, whatever its own timer
/// does; it is 100 on every architecture that Rust supports.
pub const TICKS_PER_SECOND: u64 = 100;

/// KiB as MiB.
pub fn kib_as_mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// Bytes as KiB.
pub fn bytes_as_kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

/// Bytes as MiB.
pub fn bytes_as_mib(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}

/// Clock ticks as seconds.
pub fn ticks_as_seconds(ticks: u64) -> f64 {
    ticks as f64 / TICKS_PER_SECOND as f64
}

/// Clock ticks as a duration.
pub(crate) fn ticks_as_duration(ticks: u64) -> Duration {
    let (seconds, rest) = (ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND);
    Duration::new(seconds, rest as u32 * (1_000_000_000 / TICKS_PER_SECOND) as u32)
}

/// A time as days.
pub fn days(time: Duration) -> f64 {
    time.as_secs_f64() / 86_400.0
}

/// `part` of `whole` in percent. `None` if the whole is 0.
pub fn percent(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| 100.0 * part / whole)
}
