//! The writer: declare a stats struct, publish it, add to it.

mod attachments;
mod create;
mod declaration;
mod declarations;
mod defaults;
mod deferred;
mod derived;
mod dimensions;
mod errors;
mod exit_cleanup;
mod family;
pub mod fields;
mod further_files;
mod growth;
mod guard;
mod hold_guard;
mod labels;
mod lifecycle;
mod location;
mod mm_stats;
mod name;
mod no_alloc_mutex;
mod options;
mod page_size;
mod per_thread;
mod pool;
mod published;
mod space;
mod thread_end;
mod timing_guard;
mod unpublished;

pub use attachments::Attachments;
pub use declaration::{Declaration, Field};
pub use declarations::{Declarations, Declare};
pub use derived::{
    KindOfStat, TakesAggregate, TakesAll, TakesDimensions, TakesError, TakesInitial, TakesKeep,
    TakesMax, TakesMaxValue, TakesSize, TakesWindow,
};
pub use dimensions::{
    DimensionRef, DimensionValue, Dimensions, EveryCombination, EveryValue, Pairs, Visitor,
};
pub use errors::{AddError, CreateError, DeclareError};
pub use family::{Family, FamilyDeclaration, FamilyKind};
pub use hold_guard::HoldGuard;
pub use mm_stats::MmStats;
pub use options::Options;
pub use per_thread::PerThread;
pub use pool::Shared;
pub use published::Published;
pub use timing_guard::TimingGuard;
pub use unpublished::Unpublished;
