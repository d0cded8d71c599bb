//! How many tasks run or wait.

use crate::Roots;
use crate::text::{decimal, read, words};

/// The load averages, from `/proc/loadavg`: tasks that run, wait for a processor or wait
/// uninterruptibly, as the kernel averages them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Over a minute.
    pub one: f64,
    /// Over 5 minutes.
    pub five: f64,
    /// Over 15 minutes.
    pub fifteen: f64,
}

impl Load {
    /// The averages now. `None` if the file can't be read or has no three numbers.
    pub fn read(roots: &Roots) -> Option<Self> {
        let text = read(&roots.proc("loadavg"))?;
        let mut numbers = words(&text).map(decimal);
        let mut next = || numbers.next()?;
        Some(Self { one: next()?, five: next()?, fifteen: next()? })
    }
}
