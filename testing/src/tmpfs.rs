//! A file system with as little free space as a test wants.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::statvfs::statvfs;
use nix::unistd::{getgid, getuid};

use crate::os::fork::in_child;
use crate::required::requires;

/// Runs a test in a child that sees `directory` as a tmpfs with these mount options.
pub fn within(options: &str, test: impl Fn(&Path)) {
    let directory = tempfile::tempdir().unwrap();
    let mounted = || mount_at(directory.path(), options);
    let can_mount =
        in_child(|| mounted().inspect_err(|error| eprintln!("can't mount: {error}")).is_ok()) == 0;
    if !requires(can_mount, "no file system can be mounted here") {
        return;
    }
    let code = in_child(|| {
        mounted().unwrap();
        test(directory.path());
        true
    });
    assert_eq!(code, 0, "see the message of the child");
}

/// Mounts an empty tmpfs that only this process sees and that vanishes with it. For a
/// single-threaded child.
fn mount_at(directory: &Path, options: &str) -> io::Result<()> {
    const NOTHING: Option<&str> = None;
    let (user, group) = (getuid(), getgid());
    if user.is_root() {
        unshare(CloneFlags::CLONE_NEWNS)?;
    } else {
        // Without root, a user namespace gives it.
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("0 {group} 1"))?;
    }
    mount(NOTHING, "/", NOTHING, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NOTHING)?;
    mount(Some("tmpfs"), directory, Some("tmpfs"), MsFlags::empty(), Some(options))?;
    Ok(())
}

/// Fills a file system with a file until `bytes` are left.
pub fn fill(directory: &Path, bytes: u64) {
    let mut filler = File::create(directory.join("filler")).unwrap();
    let left = left(directory) - bytes;
    filler.write_all(&vec![1; left as usize]).unwrap();
    if bytes == 0 {
        let error = filler.write_all(&[1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }
}

/// The allocation unit of a file system, in bytes.
pub fn page(directory: &Path) -> usize {
    statvfs(directory).unwrap().fragment_size() as usize
}

/// The free bytes of a file system.
pub fn left(directory: &Path) -> u64 {
    let found = statvfs(directory).unwrap();
    found.blocks_available() * found.fragment_size()
}
