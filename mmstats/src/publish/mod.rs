//! The writer: declare a stats struct, publish it, add to it.

mod create;
mod declaration;
mod defaults;
mod deferred;
mod derived;
mod errors;
mod exit_cleanup;
pub mod fields;
mod guard;
mod hold_guard;
mod labels;
mod lifecycle;
mod location;
mod mm_stats;
mod name;
mod no_alloc_mutex;
mod options;
mod per_thread;
mod pool;
mod published;
mod thread_end;
mod timing_guard;
mod unpublished;

pub use declaration::{Attachments, Declaration, Declarations, Field};
pub use derived::{
    KindOfStat, TakesAggregate, TakesError, TakesInitial, TakesKeep, TakesMax, TakesSize,
    TakesWindow,
};
pub use errors::{AddError, CreateError, DeclareError};
pub use hold_guard::HoldGuard;
pub use mm_stats::MmStats;
pub use options::Options;
pub use per_thread::PerThread;
pub use pool::Shared;
pub use published::Published;
pub use timing_guard::TimingGuard;
pub use unpublished::Unpublished;
