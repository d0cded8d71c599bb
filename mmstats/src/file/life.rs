//! Alive, dead or undecided: whether a file's writer still publishes.

use std::borrow::Cow;
use std::fs::File;
use std::time::Duration;

use nix::sys::statfs::{
    BTRFS_SUPER_MAGIC, ECRYPTFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, F2FS_SUPER_MAGIC, FsType,
    NILFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, REISERFS_SUPER_MAGIC, TMPFS_MAGIC, XFS_SUPER_MAGIC,
    fstatfs,
};

use super::lock::{self, Lock};
use super::own_process::OwnProcess;
use super::processes::{Existence, Mapping};
use super::{FileId, Processes};
use crate::format::Identity;

/// Whether the writer of a stats file still publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The writer is alive.
    Alive,
    /// The writer is proven to be dead.
    Dead,
    /// Nothing proves either.
    Undecided,
}

/// Whether the writer of a stats file still publishes, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Life {
    /// The answer.
    pub verdict: Verdict,
    /// The reason in a few words, such as "pid 4242 is gone".
    pub reason: Cow<'static, str>,
}

impl Life {
    /// What was found out elsewhere, or at another time.
    pub fn new(verdict: Verdict, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { verdict, reason: reason.into() }
    }

    fn alive(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Verdict::Alive, reason)
    }

    fn dead(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Verdict::Dead, reason)
    }

    pub(crate) fn undecided(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Verdict::Undecided, reason)
    }
}

/// How long an unfinished file is left alone, even if its creator is gone.
const UNFINISHED_FOR: Duration = Duration::from_mins(1);

/// What a file says about its writer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer<'a> {
    /// A writer of ours: it holds the lock as long as it publishes.
    Ours(&'a Identity),
    /// A writer of the original: the number of the last label that ends in `sys.pid`.
    Original(Option<u32>),
    /// An incomplete file: its name says which process began it.
    Unfinished(u32),
}

impl Writer<'_> {
    pub(super) fn pid(self) -> Option<u32> {
        match self {
            Self::Ours(identity) => Some(identity.pid),
            Self::Original(pid) => pid,
            Self::Unfinished(pid) => Some(pid),
        }
    }
}

/// Judges an open file by its lock, its writer's process and that process's maps.
///
/// Dead means proven dead. The age of a stats file proves nothing.
///
/// A lock that is held says enough: then nobody asks for the `writer`.
pub(crate) fn judge<'a>(
    file: &File,
    id: FileId,
    writer: impl FnOnce() -> Writer<'a>,
    processes: &mut Processes,
) -> Life {
    let lock = lock::probe(file);
    if matches!(lock, Ok(Lock::Held)) {
        return Life::alive("locked by its writer");
    }
    match (lock, writer()) {
        (lock, Writer::Ours(identity)) => {
            let lock_is_free = lock.is_ok_and(|lock| lock == Lock::Free);
            of_ours(identity, lock_is_free && is_local(file), id, processes)
        }
        (_, Writer::Original(None)) => Life::undecided("no process id in it"),
        // Such a file doesn't say on which machine its process runs.
        (_, Writer::Original(_) | Writer::Unfinished(_)) if !is_local(file) => {
            Life::undecided("on a network file system")
        }
        (_, Writer::Original(Some(pid))) => {
            of_process(pid, processes).unwrap_or_else(|| match processes.mapping_of(pid, id) {
                Mapping::Mapped => Life::alive(format!("pid {pid} maps the file")),
                unproven => of_mapping(pid, unproven),
            })
        }
        // A pid of another namespace looks gone here; creating a file takes microseconds.
        (_, Writer::Unfinished(pid)) => of_process(pid, processes)
            .filter(|_| is_older_than(file, UNFINISHED_FOR))
            .unwrap_or_else(|| Life::undecided(format!("pid {pid} may be making it"))),
    }
}

/// `free_here`: the lock is free, and no other machine could hold it.
fn of_ours(identity: &Identity, free_here: bool, id: FileId, processes: &mut Processes) -> Life {
    const UNKNOWN: u64 = 0;
    let own = OwnProcess::get();
    let boots_are_known = identity.boot_id != [0; 16] && own.boot_id != [0; 16];
    if boots_are_known && identity.boot_id != own.boot_id {
        return if free_here {
            Life::dead("written before the last boot")
        } else {
            Life::undecided("of another machine, or from before the last boot")
        };
    }
    if identity.pid_namespace == UNKNOWN || own.pid_namespace == UNKNOWN {
        return Life::undecided("its pid namespace is unknown");
    }
    if !(free_here || boots_are_known) {
        return Life::undecided("of an unknown machine");
    }
    if identity.pid_namespace != own.pid_namespace {
        return if free_here {
            Life::dead("another pid namespace, and its lock is free")
        } else {
            Life::undecided("another pid namespace")
        };
    }
    let pid = identity.pid;
    of_process(pid, processes)
        .or_else(|| {
            let started = processes.look_up(pid).stat?.start_time;
            (identity.start_time != UNKNOWN && identity.start_time != started)
                .then(|| Life::dead(format!("pid {pid} started later than the file's writer")))
        })
        .unwrap_or_else(|| of_mapping(pid, processes.mapping_of(pid, id)))
}

/// What the process alone can prove: that it is gone.
fn of_process(pid: u32, processes: &mut Processes) -> Option<Life> {
    let process = processes.look_up(pid);
    match process.existence {
        Existence::Gone => Some(Life::dead(format!("pid {pid} is gone"))),
        Existence::Unknown => Some(Life::undecided(format!("pid {pid} can't be looked up"))),
        Existence::Exists if process.stat.is_some_and(|stat| stat.is_zombie) => {
            Some(Life::dead(format!("pid {pid} is a zombie")))
        }
        Existence::Exists => None,
    }
}

/// What the maps can prove about a process that exists and doesn't hold the lock: that it has let
/// the file go.
fn of_mapping(pid: u32, mapping: Mapping) -> Life {
    match mapping {
        Mapping::NotMapped => Life::dead(format!("pid {pid} doesn't map the file")),
        Mapping::Mapped => Life::undecided(format!("pid {pid} maps the file without its lock")),
        Mapping::Perhaps => Life::undecided(format!("pid {pid} may map the file")),
        Mapping::Unknown => Life::undecided(format!("the maps of pid {pid} can't be read")),
    }
}

/// Whether the file's content last changed at least that long ago, by a clock that may be wrong.
fn is_older_than(file: &File, age: Duration) -> bool {
    let changed = file.metadata().and_then(|found| found.modified());
    changed.is_ok_and(|time| time.elapsed().is_ok_and(|elapsed| elapsed >= age))
}

/// Whether only this machine can lock the file; `false` if unknown.
fn is_local(file: &File) -> bool {
    const ZFS_MAGIC: FsType = FsType(0x2fc1_2fc1);
    const LOCAL: [FsType; 10] = [
        TMPFS_MAGIC,
        EXT4_SUPER_MAGIC,
        XFS_SUPER_MAGIC,
        BTRFS_SUPER_MAGIC,
        OVERLAYFS_SUPER_MAGIC,
        F2FS_SUPER_MAGIC,
        REISERFS_SUPER_MAGIC,
        NILFS_SUPER_MAGIC,
        ECRYPTFS_SUPER_MAGIC,
        ZFS_MAGIC,
    ];
    fstatfs(file).is_ok_and(|found| LOCAL.contains(&found.filesystem_type()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::own_process::own_identity;
    use crate::file::testing::gone;
    use std::process::{Command, Stdio};

    fn id_of(file: &File) -> FileId {
        FileId::from(&nix::sys::stat::fstat(file).unwrap())
    }

    fn judged(file: &File, writer: Writer<'_>) -> (Verdict, String) {
        let life = judge(file, id_of(file), || writer, &mut Processes::new());
        (life.verdict, life.reason.into_owned())
    }

    fn ours(change: impl FnOnce(&mut Identity)) -> (Verdict, String) {
        let mut identity = own_identity("");
        change(&mut identity);
        judged(&tempfile::tempfile().unwrap(), Writer::Ours(&identity))
    }

    fn original(pid: u32) -> (Verdict, String) {
        judged(&tempfile::tempfile().unwrap(), Writer::Original(Some(pid)))
    }

    fn dead(reason: impl Into<String>) -> (Verdict, String) {
        (Verdict::Dead, reason.into())
    }

    #[test]
    fn a_lock_is_life_whatever_else_is_known() {
        let file = tempfile::NamedTempFile::new().unwrap();
        lock::take(file.as_file()).unwrap();
        let identity = Identity { pid: gone(), ..own_identity("") };
        let reader = file.reopen().unwrap();
        for writer in [Writer::Ours(&identity), Writer::Original(Some(identity.pid))] {
            let expected = (Verdict::Alive, "locked by its writer".to_owned());
            assert_eq!(judged(&reader, writer), expected);
        }
    }

    #[test]
    fn a_writer_of_ours_is_dead_for_each_of_these_reasons() {
        let pid = gone();
        assert_eq!(ours(|id| id.pid = pid), dead(format!("pid {pid} is gone")));
        assert_eq!(ours(|id| id.boot_id[0] ^= 1), dead("written before the last boot"));
        let here = std::process::id();
        assert_eq!(
            ours(|id| id.start_time -= 1),
            dead(format!("pid {here} started later than the file's writer"))
        );
        assert_eq!(
            ours(|id| id.pid_namespace += 1),
            dead("another pid namespace, and its lock is free")
        );
        assert_eq!(ours(|_| {}), dead(format!("pid {here} doesn't map the file")));
    }

    #[test]
    fn what_is_not_known_proves_nothing() {
        let undecided = |reason: &str| (Verdict::Undecided, reason.to_owned());
        assert_eq!(ours(|id| id.pid_namespace = 0), undecided("its pid namespace is unknown"));
        assert_eq!(ours(|id| id.pid = 0), undecided("pid 0 can't be looked up"));
        let file = tempfile::tempfile().unwrap();
        assert_eq!(judged(&file, Writer::Original(None)), undecided("no process id in it"));
        assert_eq!(original(u32::MAX), undecided("pid 4294967295 can't be looked up"));
    }

    #[test]
    fn where_locks_may_be_of_another_machine_only_the_process_counts() {
        let remote = File::open("/proc/self/stat").unwrap();
        let gone = gone();
        let verdict = |writer| judged(&remote, writer).0;
        let other = |change: fn(&mut Identity)| {
            let mut identity = Identity { pid: gone, ..own_identity("") };
            change(&mut identity);
            judged(&remote, Writer::Ours(&identity)).0
        };
        assert_eq!(verdict(Writer::Original(Some(gone))), Verdict::Undecided);
        assert_eq!(other(|id| id.pid_namespace += 1), Verdict::Undecided);
        assert_eq!(other(|id| id.boot_id[0] ^= 1), Verdict::Undecided);
        assert_eq!(other(|id| id.boot_id = [0; 16]), Verdict::Undecided);
        assert_eq!(other(|_| {}), Verdict::Dead, "the same boot is the same machine");
    }

    #[test]
    fn a_writer_of_the_original_goes_by_its_process_and_maps() {
        let pid = gone();
        assert_eq!(original(pid), dead(format!("pid {pid} is gone")));
        let here = std::process::id();
        assert_eq!(original(here), dead(format!("pid {here} doesn't map the file")));
        let program = File::open(std::env::current_exe().unwrap()).unwrap();
        let (verdict, reason) = judged(&program, Writer::Original(Some(here)));
        // Undecided where stat and maps show different device numbers.
        assert_ne!(verdict, Verdict::Dead, "{reason}");
    }

    #[test]
    fn a_zombie_is_dead() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        child.kill().unwrap();
        let id = nix::sys::wait::Id::Pid(nix::unistd::Pid::from_raw(pid.cast_signed()));
        let ended = nix::sys::wait::WaitPidFlag::WEXITED | nix::sys::wait::WaitPidFlag::WNOWAIT;
        nix::sys::wait::waitid(id, ended).unwrap();
        assert_eq!(original(pid), dead(format!("pid {pid} is a zombie")));
        child.wait().unwrap();
    }

    #[test]
    fn an_unfinished_file_is_dead_when_its_maker_is_gone_for_a_while() {
        let file = tempfile::tempfile().unwrap();
        let gone = gone();
        assert_eq!(judged(&file, Writer::Unfinished(gone)).0, Verdict::Undecided);
        let long_ago = std::time::SystemTime::now() - 2 * UNFINISHED_FOR;
        file.set_modified(long_ago).unwrap();
        assert_eq!(judged(&file, Writer::Unfinished(gone)).0, Verdict::Dead);
        let here = Writer::Unfinished(std::process::id());
        assert_eq!(judged(&file, here).0, Verdict::Undecided);
    }
}
