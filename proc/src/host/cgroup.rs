//! The limits within which this process runs: what a container's "host" really is.

use std::iter::successors;

use crate::Roots;
use crate::cgroup::Cgroup;

/// The limits of this process's own cgroup v2 and of those around it, as far as they are visible: the
/// tightest one holds. All is absent without a limit, and with cgroup v1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Memory in use, in bytes, by the cgroup that has the limit; see [`Cgroup::memory`].
    pub memory: Option<u64>,
    /// The limit of memory, in bytes.
    pub memory_limit: Option<u64>,
    /// The limit of processor time, in processors; see [`Cgroup::cpu_limit`].
    pub cpu_limit: Option<f64>,
}

impl Limits {
    /// The limits now, from `memory.max`, `memory.current`, `memory.stat` and `cpu.max`.
    pub fn read(roots: &Roots) -> Self {
        let mut limits = Self::default();
        for cgroup in successors(Cgroup::own(roots), Cgroup::parent) {
            if let Some(limit) = cgroup.memory_limit()
                && limits.memory_limit.is_none_or(|tightest| limit < tightest)
            {
                limits.memory_limit = Some(limit);
                limits.memory = cgroup.memory();
            }
            if let Some(limit) = cgroup.cpu_limit()
                && limits.cpu_limit.is_none_or(|tightest| limit < tightest)
            {
                limits.cpu_limit = Some(limit);
            }
        }
        limits
    }
}
