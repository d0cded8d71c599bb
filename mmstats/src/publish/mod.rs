//! The writer: declare a stats struct, publish it, add to it.

mod birth;
mod declaration;
mod defaults;
mod derived;
mod errors;
pub mod fields;
mod name;
mod options;
mod per_thread;
mod place;
mod pool;
mod process;
mod published;
mod quiet;
mod thread_end;
mod unpublished;

pub use declaration::{Attachments, Declaration, Declarations, Field, MmStats};
pub use derived::{
    KindOfStat, TakesAggregate, TakesError, TakesInitial, TakesKeep, TakesMax, TakesSize,
    TakesWindow,
};
pub use errors::{AddError, CreateError, DeclareError};
pub use options::Options;
pub use per_thread::PerThread;
pub use pool::Shared;
pub use published::Published;
pub use unpublished::Unpublished;
