//! The writer's half of a stats file in memory: the only unsafe code of the library.
//!
//! What makes it sound, once for all blocks below:
//!
//! 1. *Bounds.* Only [`Map::attach`] creates an [`AttachedField`]. It checks that the whole field
//!    lies within the map and that its alignment is what the layout promises. Pointers are computed
//!    only there.
//! 2. *Lifetime.* Everything that holds a pointer into a map holds an `Arc` of it, and a map is
//!    unmapped when the last of them is dropped. A fork keeps the addresses valid: the child
//!    gets private memory at the same address.
//! 3. *One writer.* A cell consumes the field that it is made from; cells are `Send` but not
//!    `Sync`, because a field has a [`OneThread`](one_thread::OneThread), so one thread at a time
//!    writes it. Nobody else maps the file writable: readers copy it through the kernel. A
//!    [`SharedWord`] has several writers, and consumes its field as a cell does. Mapped bytes are
//!    never behind a Rust reference, except to atomics.

mod descriptor;
mod fork;
mod fork_safe;
mod list;
mod map;
mod one_thread;
pub(crate) mod protocol;
mod registry;
mod scalar;
mod secure;
mod shared;
mod unload;
mod values;

pub use fork::fork_generation;
pub(crate) use fork::{
    ChildHook, Generation, OnceAcrossForks, Section, ThisProcess, at_exit, at_fork_in_child,
};
pub use fork_safe::Slot;
pub(crate) use fork_safe::{ForkSafe, Idle};
pub use map::AttachedField;
pub(crate) use map::Map;
pub(crate) use one_thread::OneThread;
pub use scalar::Scalar;
pub(crate) use scalar::ScalarCell;
pub(crate) use secure::is_privileged;
pub(crate) use shared::SharedWord;
pub(crate) use values::{ArrayCell, BytesCell, StructCell};
