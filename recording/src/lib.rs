//! Recordings of the stats files of programs: what changed, poll by poll, in a SQLite file.
//!
//! [`Recorder`] writes what [`Watch::poll`](mmstats::Watch::poll) found; [`Recording`] gives the same
//! [`Update`](mmstats::Update)s again, so that [`Changes`](mmstats::Changes) can't tell them apart. A
//! recording can be read while it is written, and a killed recorder loses at most the poll that it was
//! writing.
//!
//! ```
//! use std::time::Duration;
//!
//! use mmstats::{Changes, Watch};
//! use mmstats_recording::{Recorder, Recording, Settings};
//! # use mmstats::{Counter, Increase, MmStats};
//! # #[derive(MmStats)]
//! # struct Jobs { done: Counter }
//! # let temporary = tempfile::tempdir()?;
//! # let (directory, path) = (temporary.path(), temporary.path().join("recording"));
//! # let stats = Jobs::options().path(directory).create()?;
//!
//! let mut watch = Watch::new([directory]);
//! let mut recorder = Recorder::new(&path, &Settings::new(Duration::from_secs(1)))?;
//! recorder.record(&watch.poll())?;
//! stats.done.add(3);
//! recorder.record(&watch.poll())?;
//! recorder.finish()?;
//!
//! let recording = Recording::open(&path)?;
//! let (mut updates, mut changes) = (recording.updates(..)?, Changes::new());
//! while let Some(update) = updates.next() {
//!     changes.advance(&update?);
//! }
//! let file = &changes.files()[0];
//! assert_eq!(file.increase(&file.file().get("done").unwrap()), Some(Increase::Count(3)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Blobs
//!
//! A stats file is a structure, which rarely changes, and values: 64-bit words, numbered in the
//! order of the file's fields. A recording keeps of each writer which words changed at which poll.
//! It does that in blobs: what changed at one poll ([`encode_poll`]), at up to 60 ([`Span`],
//! [`encode_block`], [`Block`]), and what remains of these when they are too old ([`RollUp`]). A
//! [row](RowWriter) has several writers' parts; each blob ends with a checksum ([`seal`]).
//! `spec/RECORDING.md` defines each byte.
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
mod store;
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
pub use store::clock::{Boot, Reason};
pub use store::error::{Damage, RecordingError};
pub use store::read::{
    Cut, Histories, HistoryPoint, HistoryQuery, HistoryWriter, Info, Recording, Sizes, Snapshot,
    Step, Stretch, Updates, WriterLife,
};
pub use store::write::{Note, Recorder, Settings};
pub use summary::{Summary, WordKind};
pub use values::Values;
