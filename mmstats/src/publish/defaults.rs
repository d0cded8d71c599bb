//! The default fields: which process and thread, since when.

use nix::unistd::{Gid, Uid};

use super::declaration::{Attachments, Declarations, Field};
use super::fields::{Fixed, unix_time};
use crate::format::{Identity, Kind};

/// The compiler that built the library: see `build.rs`.
const RUST_VERSION: &str = env!("MMSTATS_RUST_VERSION");

/// The fields of every file, as the original has them; the language's version is Rust's.
pub(super) fn declare(fields: &mut Declarations, identity: &Identity) {
    fields.add(Fixed::named("sys.pid").initial(identity.pid));
    fields.add(Fixed::named("sys.tid").initial(identity.tid));
    fields.add(Fixed::named("sys.uid").initial(u64::from(Uid::current().as_raw())));
    fields.add(Fixed::named("sys.gid").initial(u64::from(Gid::current().as_raw())));
    fields.add_of_kind(Kind::Timestamp, Fixed::named("sys.created").initial(unix_time()));
    fields.add(Fixed::named("org.rust.version").initial(RUST_VERSION.to_owned()));
}

/// The one of them that changes: when another thread takes the file over.
pub(super) fn attach(fields: &mut Attachments) -> Fixed<i64> {
    let _pid: Fixed<u32> = fields.next();
    let tid = fields.next();
    let _uid: Fixed<u64> = fields.next();
    let _gid: Fixed<u64> = fields.next();
    let _created: Fixed<f64> = fields.next();
    let _version: Fixed<String> = fields.next();
    tid
}
