//! A writer of every kind of stat and a reader that never waits for it.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]

mod fields;
mod figures;
mod numbers;
mod watch;
mod writer;

pub use fields::{EDGES, FILE, KINDS, across_edges, publish};
pub use figures::Judged;
pub use watch::Watch;
pub use writer::{LAYOUTS, Rhythm, Writer, be_the_process};
