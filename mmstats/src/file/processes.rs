//! A cache of other processes, each looked up once.

use std::collections::HashMap;
use std::fs;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::sys::stat::makedev;
use nix::unistd::Pid;

use super::FileId;
use super::proc_stat::ProcStat;

/// A cache of what the operating system reports about processes.
///
/// Create one for each pass over the files: ten thousand files of one process then take one lookup,
/// and the next pass looks up again.
#[derive(Debug, Default)]
pub struct Processes {
    known: HashMap<u32, Process>,
}

impl Processes {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn look_up(&mut self, pid: u32) -> &mut Process {
        self.known.entry(pid).or_insert_with(|| Process::look_up(pid))
    }

    pub(super) fn mapping_of(&mut self, pid: u32, file: FileId) -> Mapping {
        self.look_up(pid).mapping_of(file)
    }

    /// Forgets a process, so that the next lookup asks the system again.
    pub(super) fn forget(&mut self, pid: u32) {
        self.known.remove(&pid);
    }
}

#[cfg(test)]
impl Processes {
    /// As if the pid had been looked up before the process started.
    pub(super) fn remember_as_gone(&mut self, pid: u32) {
        let gone = Process { pid, existence: Existence::Gone, stat: None, maps: None };
        self.known.insert(pid, gone);
    }
}

/// The state of a process id at the lookup.
#[derive(Debug)]
pub(super) struct Process {
    pid: u32,
    pub existence: Existence,
    /// `None` where `/proc` doesn't show it.
    pub stat: Option<ProcStat>,
    maps: Option<Maps>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    Exists,
    Gone,
    /// The system gave no answer.
    Unknown,
}

/// Whether a process maps a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mapping {
    Mapped,
    /// A file of that inode on another device, which may be the same file: some file systems
    /// show one device to `stat` and another in the maps.
    Perhaps,
    NotMapped,
    /// The maps can't be read, or there are none (any more).
    Unknown,
}

impl Process {
    fn look_up(pid: u32) -> Self {
        let existence = existence(pid);
        let stat = match existence {
            Existence::Gone => None,
            _ => fs::read(format!("/proc/{pid}/stat")).ok(),
        };
        Self { pid, existence, stat: stat.and_then(|text| ProcStat::parse(&text)), maps: None }
    }

    fn mapping_of(&mut self, file: FileId) -> Mapping {
        let pid = self.pid;
        self.maps.get_or_insert_with(|| Maps::of(pid)).mapping_of(file)
    }
}

/// Uses signal 0 and not `/proc`, which may hide other users' processes.
fn existence(pid: u32) -> Existence {
    let Some(pid) = i32::try_from(pid).ok().filter(|&pid| pid > 0) else {
        return Existence::Unknown;
    };
    match kill(Pid::from_raw(pid), None) {
        Ok(()) | Err(Errno::EPERM) => Existence::Exists,
        Err(Errno::ESRCH) => Existence::Gone,
        Err(_) => Existence::Unknown,
    }
}

/// The files that a process maps, sorted by inode; empty if unknown.
#[derive(Debug)]
struct Maps(Vec<FileId>);

impl Maps {
    fn of(pid: u32) -> Self {
        Self::parse(&fs::read(format!("/proc/{pid}/maps")).unwrap_or_default())
    }

    /// Lines of `from-to permissions offset major:minor inode path`.
    fn parse(text: &[u8]) -> Self {
        let lines = text.split(|&byte| byte == b'\n');
        let mut files: Vec<FileId> = lines.filter_map(mapped_file).collect();
        files.sort_unstable_by_key(|file| (file.inode, file.device));
        files.dedup();
        Self(files)
    }

    fn mapping_of(&self, file: FileId) -> Mapping {
        if self.0.is_empty() {
            return Mapping::Unknown;
        }
        let start = self.0.partition_point(|mapped| mapped.inode < file.inode);
        let mut same_inode =
            self.0[start..].iter().take_while(|mapped| mapped.inode == file.inode).peekable();
        if same_inode.peek().is_none() {
            Mapping::NotMapped
        } else if same_inode.any(|mapped| *mapped == file) {
            Mapping::Mapped
        } else {
            Mapping::Perhaps
        }
    }
}

/// The file of a line; anonymous memory has inode 0 and is kept, so that maps without any file
/// are still maps.
fn mapped_file(line: &[u8]) -> Option<FileId> {
    let fields = line.split(|&byte| byte == b' ').filter(|field| !field.is_empty());
    let mut fields = fields.skip(3).map_while(|field| str::from_utf8(field).ok());
    let (major, minor) = fields.next()?.split_once(':')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some(FileId {
        device: makedev(number(major)?, number(minor)?),
        inode: fields.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;
    use std::process::{Command, Stdio};

    fn id(device: (u64, u64), inode: u64) -> FileId {
        FileId { device: makedev(device.0, device.1), inode }
    }

    #[test]
    fn maps_are_compared_by_device_and_inode() {
        let maps = Maps::parse(
            b"55d0-55d1 r--p 00000000 fe:00 131 /usr/bin/x y\n\
              7f00-7f01 rw-s 00000000 103:10a 9000 /dev/shm/\xff (deleted)\n\
              7f02-7f03 rw-p 00000000 00:00 0\n",
        );
        assert_eq!(maps.mapping_of(id((0xfe, 0), 131)), Mapping::Mapped);
        assert_eq!(maps.mapping_of(id((0x103, 0x10a), 9000)), Mapping::Mapped);
        assert_eq!(maps.mapping_of(id((0, 0x1b), 9000)), Mapping::Perhaps);
        assert_eq!(maps.mapping_of(id((0xfe, 0), 132)), Mapping::NotMapped);
        assert_eq!(Maps::parse(b"").mapping_of(id((0xfe, 0), 131)), Mapping::Unknown);
    }

    #[test]
    fn a_program_maps_itself() {
        let found = fs::metadata(std::env::current_exe().unwrap()).unwrap();
        let file = FileId { device: found.dev(), inode: found.ino() };
        let mut processes = Processes::new();
        let own = processes.look_up(std::process::id());
        assert_eq!(own.existence, Existence::Exists);
        // Perhaps, on file systems where maps show other device numbers.
        assert!(matches!(own.mapping_of(file), Mapping::Mapped | Mapping::Perhaps));
        let other = FileId { device: found.dev(), inode: u64::MAX };
        assert_eq!(own.mapping_of(other), Mapping::NotMapped);
    }

    #[test]
    fn a_process_goes_from_life_to_zombie_to_nothing() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = child.id();
        let mut processes = Processes::new();
        assert!(!processes.look_up(pid).stat.unwrap().is_zombie);
        child.kill().unwrap();
        let pid_of_child = nix::sys::wait::Id::Pid(Pid::from_raw(pid.cast_signed()));
        let ended = nix::sys::wait::WaitPidFlag::WEXITED | nix::sys::wait::WaitPidFlag::WNOWAIT;
        nix::sys::wait::waitid(pid_of_child, ended).unwrap();
        assert!(!processes.look_up(pid).stat.unwrap().is_zombie, "looked up once");
        processes.forget(pid);
        assert!(processes.look_up(pid).stat.unwrap().is_zombie);
        child.wait().unwrap();
        processes.forget(pid);
        assert_eq!(processes.look_up(pid).existence, Existence::Gone);
    }

    #[test]
    fn numbers_that_name_groups_of_processes_are_never_asked_for() {
        let mut processes = Processes::new();
        for pid in [0, u32::MAX, i32::MIN.cast_unsigned()] {
            assert_eq!(processes.look_up(pid).existence, Existence::Unknown);
        }
    }
}
