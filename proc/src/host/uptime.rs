//! How long the host has been up.

use std::time::Duration;

use crate::Roots;
use crate::text::{decimal, read, words};

/// The time since boot: the first number of `/proc/uptime`, in steps of 10 ms. In some containers it is
/// the container's. `None` if the file can't be read.
pub fn uptime(roots: &Roots) -> Option<Duration> {
    let text = read(&roots.proc("uptime"))?;
    Duration::try_from_secs_f64(decimal(words(&text).next()?)?).ok()
}
