//! What needs unsafe code: forks, allocators, shared memory, loaded plugins, the end of a process.

pub mod allocator;
pub mod exit;
pub mod fork;
pub mod plugin;
pub mod shared_memory;
