//! What the tests of several packages share: processes with a time limit, files in every state,
//! clients and servers.

#![allow(missing_docs, reason = "names say what simple helpers do")]
#![allow(clippy::missing_errors_doc, clippy::missing_panics_doc, reason = "tests expect neither")]

pub mod actor;
#[cfg(feature = "browser")]
pub mod browser;
pub mod command;
pub mod confined;
pub mod counting;
#[cfg(feature = "document")]
pub mod document;
pub mod exposition;
#[cfg(feature = "apmon")]
pub mod figures;
pub mod foreign;
pub mod http;
pub mod kept_update;
pub mod kernel_files;
pub mod kinds;
pub mod kodemon;
pub mod naive_recording;
pub mod namespace;
pub mod nginx;
pub mod oracle;
pub mod original;
#[allow(unsafe_code, reason = "what only unsafe code can do stands there")]
pub mod os;
pub mod other_user;
pub mod parts;
pub mod programs;
pub mod prometheus;
pub mod random;
#[cfg(feature = "kodemon")]
pub mod receiver;
pub mod required;
pub mod sameness;
pub mod seccomp;
pub mod series;
pub mod server;
pub mod stats_dir;
pub mod tmpfs;
pub mod traced;
pub mod unprivileged;
pub mod webapp;
pub mod world;

use std::thread;
use std::time::Duration;

/// The time limit of every wait: what takes longer has hung.
pub const TIMEOUT: Duration = Duration::from_mins(1);

/// Runs `action` in a new thread.
pub fn in_thread<R: Send + 'static>(action: impl FnOnce() -> R + Send + 'static) -> R {
    thread::spawn(action).join().unwrap()
}
