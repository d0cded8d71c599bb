//! What others do to a file while its writer runs: the writer keeps working and removes nothing
//! but its own file.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mmstats::{
    Counter, Field, Options, Processes, Published, Removal, StatsFile, Text, Timer, remove_if_dead,
};
use mmstats_testing::oracle;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::required::requires;
use mmstats_testing::stats_dir::{counter, files};
use nix::unistd::{User, getuid, setgid, setgroups, setuid, truncate};
use tempfile::TempDir;

/// A writer that counts what it does.
struct Writer {
    stats: Published<()>,
    hits: Counter,
    path: PathBuf,
}

impl Writer {
    fn new(directory: &TempDir, name: &str) -> Self {
        let stats = Options::dynamic("Meddled").path(directory.path()).filename(name);
        let stats = stats.create().unwrap();
        let hits = stats.add(Counter::named("hits")).unwrap();
        let path = stats.path().unwrap().to_owned();
        Self { stats, hits, path }
    }

    /// Does all that a writer can do.
    fn keeps_working(&self) {
        let before = self.hits.get();
        self.hits.incr();
        assert_eq!(self.hits.get(), before + 1);
        let timer: Timer = self.stats.add(Timer::named(format!("timer.{before}"))).unwrap();
        timer.record_secs(0.5);
        let text: Text = self.stats.add(Text::named(format!("text.{before}"))).unwrap();
        text.set("goes on");
        assert_eq!((timer.count(), text.get().as_str()), (1, "goes on"));
        self.stats.flush().unwrap();
    }
}

#[test]
fn an_unlinked_file_stays_live_for_open_readers() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::new(&directory, "own.mmstats");
    let mut open = File::open(&writer.path).unwrap();
    fs::remove_file(&writer.path).unwrap();
    writer.keeps_working();
    assert!(files(directory.path()).is_empty());
    let mut bytes = Vec::new();
    open.read_to_end(&mut bytes).unwrap();
    let hits = oracle::fields(&bytes).into_iter().find(|field| field.label == "hits");
    assert_eq!(hits.unwrap().value, oracle::Value::Integer(1));
    // The name is free, and its next owner keeps it.
    let next = Writer::new(&directory, "own.mmstats");
    assert_eq!(next.path, writer.path);
    drop(writer);
    next.keeps_working();
    assert_eq!(counter(&next.path, "hits"), 1);
    drop(next);
    assert!(files(directory.path()).is_empty());
}

#[test]
fn a_replaced_file_leaves_its_replacement_alone() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::new(&directory, "own.mmstats");
    let other = Writer::new(&directory, "other.mmstats");
    fs::rename(&other.path, &writer.path).unwrap();
    writer.keeps_working();
    assert_eq!(counter(&writer.path, "hits"), 0, "the other's");
    let path = writer.path.clone();
    drop(writer);
    other.keeps_working();
    assert_eq!(counter(&path, "hits"), 1);
    // No longer at its own name, so it has to be cleaned up.
    drop(other);
    assert_eq!(files(directory.path()), [path.as_path()]);
    let removal = remove_if_dead(&path, &mut Processes::new()).unwrap();
    assert!(matches!(removal, Removal::Removed { .. }), "{removal:?}");
}

#[test]
fn a_moved_directory_does_not_stop_the_writer() {
    let outer = tempfile::tempdir().unwrap();
    let directory = tempfile::tempdir_in(outer.path()).unwrap();
    let moved = outer.path().join("moved");
    let writer = Writer::new(&directory, "own.mmstats");
    fs::rename(directory.path(), &moved).unwrap();
    writer.keeps_working();
    assert_eq!(counter(&moved.join("own.mmstats"), "hits"), 1);
    // A file of the same name in a new directory of the same name belongs to somebody else.
    fs::create_dir(directory.path()).unwrap();
    fs::write(&writer.path, "somebody else's").unwrap();
    drop(writer);
    assert_eq!(
        fs::read_to_string(directory.path().join("own.mmstats")).unwrap(),
        "somebody else's"
    );
    assert_eq!(files(&moved).len(), 1);
}

#[test]
fn changed_permissions_do_not_stop_the_writer() {
    let directory = tempfile::tempdir().unwrap();
    for mode in [0o000, 0o200, 0o777] {
        let writer = Writer::new(&directory, "own.mmstats");
        fs::set_permissions(&writer.path, Permissions::from_mode(mode)).unwrap();
        writer.keeps_working();
        if mode == 0o777 {
            assert_eq!(counter(&writer.path, "hits"), 1);
        }
        drop(writer);
        assert!(files(directory.path()).is_empty(), "{mode:o}");
    }
}

/// Truncating a file would kill its writer. Its mode prevents that, even in a directory that
/// everybody may write into.
#[test]
fn no_other_user_can_truncate_replace_or_remove_a_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o1777)).unwrap();
    let writer = Writer::new(&directory, "own.mmstats");
    let is_root = requires(getuid().is_root(), "only root can be another user; the owner tries");
    let before = fs::read(&writer.path).unwrap();
    let code = in_child(|| {
        if is_root {
            become_nobody();
            can_t_be_moved(&writer.path);
        }
        can_t_be_cut(&writer.path);
        // Nor can this user truncate one of its own files by mistake.
        can_t_be_cut(&Writer::new(&directory, "child.mmstats").path);
        true
    });
    assert_eq!(code, 0, "see the message of the child");
    assert!(fs::read(&writer.path).unwrap() == before, "not a byte has changed");
    writer.keeps_working();
    assert!(StatsFile::read(&writer.path).unwrap().problem().is_none());
}

fn become_nobody() {
    let nobody = User::from_name("nobody").unwrap().expect("there is a nobody");
    setgroups(&[]).unwrap();
    setgid(nobody.gid).unwrap();
    setuid(nobody.uid).unwrap();
}

fn can_t_be_cut(path: &Path) {
    let kind_of = |error: std::io::Error| error.kind();
    let opened = File::options().write(true).open(path).map_err(kind_of);
    assert_eq!(opened.map(drop), Err(ErrorKind::PermissionDenied));
    let cut = File::options().append(true).open(path).map_err(kind_of);
    assert_eq!(cut.map(drop), Err(ErrorKind::PermissionDenied));
    assert_eq!(fs::write(path, "").map_err(kind_of), Err(ErrorKind::PermissionDenied));
    assert_eq!(truncate(path, 0), Err(nix::errno::Errno::EACCES));
}

fn can_t_be_moved(path: &Path) {
    let own = path.with_file_name("nobody's");
    fs::write(&own, "").unwrap();
    let kind_of = |error: std::io::Error| error.kind();
    assert_eq!(fs::rename(&own, path).map_err(kind_of), Err(ErrorKind::PermissionDenied));
    assert_eq!(fs::remove_file(path).map_err(kind_of), Err(ErrorKind::PermissionDenied));
    fs::remove_file(own).unwrap();
}
