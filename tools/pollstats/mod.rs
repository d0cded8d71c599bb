//! pollstats: watches stats move, a row at a time.
//!
//! [`run`] is the whole tool but for its command line, so that a program can show itself with it.
//! `sampling` reads files and finds what changed, `rendering` writes rows, `running` ties them
//! together.

mod args;
mod operands;
mod process;
mod rendering;
mod running;
mod sampling;

pub use args::{Arguments, Format, NAME};
pub use process::on_stdout;
pub use rendering::output::Screen;
pub use running::{list_on, run, run_on};
pub use sampling::filter::Filter;
