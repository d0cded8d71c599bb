//! The default fields: process, thread and creation time.

use std::sync::OnceLock;

use nix::unistd::{Gid, Uid};

use super::attachments::Attachments;
use super::declaration::Field;
use super::declarations::Declarations;
use super::fields::{Fixed, unix_time};
use super::no_alloc_mutex::NoAllocMutex;
use super::unpublished::{RegisteredGauge, UnpublishedThreads};
use crate::format::{Aggregate, Identity, Kind, Layout};
use crate::memory::ThisProcess;

/// The compiler that built the library: see `build.rs`.
const RUST_VERSION: &str = env!("MMSTATS_RUST_VERSION");

/// The fields of every file, as in the original, with Rust's version as the language's. An aligned
/// file also has the number of unpublished threads.
pub(super) fn declare(fields: &mut Declarations, identity: &Identity, layout: Layout) {
    fields.add(Fixed::named("sys.pid").initial(identity.pid));
    fields.add(Fixed::named("sys.tid").initial(identity.tid));
    fields.add(Fixed::named("sys.uid").initial(u64::from(Uid::current().as_raw())));
    fields.add(Fixed::named("sys.gid").initial(u64::from(Gid::current().as_raw())));
    fields.add_of_kind(Kind::Timestamp, Fixed::named("sys.created").initial(unix_time()));
    fields.add(Fixed::named("org.rust.version").initial(RUST_VERSION));
    if layout == Layout::Aligned {
        let threads = UnpublishedThreads::named("sys.unpublished");
        let help = "Threads of the process whose stats no file shows.";
        fields.add(threads.aggregate(Aggregate::Max).help(help));
    }
}

/// The default fields that change.
pub(super) struct MutableDefaults {
    /// Rewritten when another thread takes the file over.
    pub tid: Fixed<i64>,
    /// Of an aligned file that isn't visible yet.
    unpublished: NoAllocMutex<Option<UnpublishedThreads>>,
    /// Of a visible file: any thread rewrites it.
    registered: OnceLock<RegisteredGauge>,
}

impl MutableDefaults {
    /// Starts updating the number of unpublished threads, now that the file is visible.
    pub(super) fn register_gauge(&self, process: ThisProcess) {
        if let Some(threads) = self.unpublished.with(Option::take) {
            self.registered.get_or_init(|| RegisteredGauge::new(threads, process));
        }
    }
}

pub(super) fn attach(fields: &mut Attachments, layout: Layout) -> MutableDefaults {
    let _pid: Fixed<u32> = fields.next();
    let tid = fields.next();
    let _uid: Fixed<u64> = fields.next();
    let _gid: Fixed<u64> = fields.next();
    let _created: Fixed<f64> = fields.next();
    let _version: Fixed<&str> = fields.next();
    let unpublished = NoAllocMutex::new((layout == Layout::Aligned).then(|| fields.next()));
    MutableDefaults { tid, unpublished, registered: OnceLock::new() }
}
