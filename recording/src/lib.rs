//! What changed in the stats files of programs, poll by poll, as bytes and back.
//!
//! A stats file is a structure, which rarely changes, and values: 64-bit words, numbered in the
//! order of the file's fields. A recording keeps of each writer which words changed at which poll.
//! This crate has the bytes of that, and no store: what changed at one poll ([`encode_poll`]), at
//! up to 60 ([`Span`], [`encode_block`], [`Block`]), and what remains of these when they are too old
//! ([`RollUp`]). A [row](RowWriter) has several writers' parts; each blob ends with a checksum
//! ([`seal`]). `spec/RECORDING.md` defines each byte.
//!
//! Bytes that were read may be anything: no function that decodes panics, and none allocates more
//! than in proportion to its bytes and to the writer's words, whose number the caller knows.
#![forbid(unsafe_code)]

mod bits;
mod block;
mod column;
mod error;
mod keyframe;
mod mean;
mod packing;
mod poll;
mod rare;
mod reader;
mod roll_up;
mod row;
mod seal;
mod span;
mod summary;
mod values;
mod words;

pub use block::{Block, encode_block};
pub use error::BlobError;
pub use poll::{Change, decode_poll, encode_poll};
pub use roll_up::{RollUp, WordRollUp};
pub use row::{Part, RowWriter, row_parts};
pub use seal::{seal, unseal};
pub use span::{MOST_POLLS, Span};
pub use summary::{Summary, WordKind};
pub use values::Values;
