//! This process: its part of the identity in a trailer.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, RwLock};

use nix::unistd;

use super::proc_stat::ProcStat;
use crate::format::Identity;
use crate::memory::ThisProcess;

/// What never changes while a process lives.
#[derive(Debug)]
pub(crate) struct OwnProcess {
    process: ThisProcess,
    start_time: u64,
    pub boot_id: [u8; 16],
    pub pid_namespace: u64,
    pub command: String,
    pub host: String,
}

/// The process of the last call: a forked child is another one.
///
/// Nobody waits for the lock. A child may be forked while a thread of its parent holds it; there it
/// stays held for ever, and the child makes the system calls each time.
static OWN: RwLock<Option<Arc<OwnProcess>>> = RwLock::new(None);

impl OwnProcess {
    /// This process; makes the system calls once.
    pub(crate) fn get() -> Arc<Self> {
        let process = ThisProcess::get();
        if let Ok(known) = OWN.try_read()
            && let Some(own) = known.as_ref().filter(|own| own.process == process)
        {
            return Arc::clone(own);
        }
        let own = Arc::new(Self::ask(process));
        if let Ok(mut known) = OWN.try_write() {
            *known = Some(Arc::clone(&own));
        }
        own
    }

    fn ask(process: ThisProcess) -> Self {
        let stat = fs::read("/proc/self/stat").ok();
        Self {
            process,
            start_time: stat.and_then(|text| ProcStat::parse(&text)).map_or(0, |s| s.start_time),
            boot_id: boot_id().unwrap_or_default(),
            pid_namespace: fs::metadata("/proc/self/ns/pid").map_or(0, |found| found.ino()),
            command: command(),
            host: unistd::gethostname()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
        }
    }
}

/// The identity of the calling thread as the writer of a stats file.
///
/// Unknown values are 0 or empty.
pub(crate) fn own_identity(struct_name: &str) -> Identity {
    let own = OwnProcess::get();
    Identity {
        pid: own.process.pid(),
        tid: unistd::gettid().as_raw().into(),
        start_time: own.start_time,
        boot_id: own.boot_id,
        pid_namespace: own.pid_namespace,
        command: own.command.clone(),
        host: own.host.clone(),
        struct_name: struct_name.to_owned(),
    }
}

/// 16 bytes, written as a UUID.
fn boot_id() -> Option<[u8; 16]> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let digits = text.trim().replace('-', "");
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}

/// The file name of the program, as it was invoked.
fn command() -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_tells_the_process_from_every_other() {
        let identity = own_identity("WebStats");
        assert_eq!(identity.pid, std::process::id());
        assert_eq!(identity.struct_name, "WebStats");
        assert!(identity.start_time > 0 && identity.pid_namespace > 0);
        assert_ne!(identity.boot_id, [0; 16]);
        assert!(identity.command.starts_with("mmstats"), "{}", identity.command);
        assert!(!identity.host.is_empty());
    }

    #[test]
    fn threads_share_the_process_and_differ_in_tid() {
        let here = own_identity("");
        let there = std::thread::spawn(|| own_identity("")).join().unwrap();
        assert_ne!(here.tid, there.tid);
        assert_eq!(here, Identity { tid: here.tid, ..there });
    }

    #[test]
    fn another_process_is_asked_for_again() {
        let other = ThisProcess::namesake();
        *OWN.write().unwrap() = Some(Arc::new(OwnProcess::ask(other)));
        assert_eq!(OwnProcess::get().process, ThisProcess::get());
    }
}
