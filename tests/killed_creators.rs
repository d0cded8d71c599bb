//! A writer that is killed at any moment while it creates its file: at the file's name there is
//! nothing or a whole file, and cleanstats removes whatever else it left.
//!
//! It is killed before and after each of its system calls. In between it changes nothing but its
//! memory and the bytes of a file with no name yet, or a temporary one; being killed there equals
//! being killed at the next system call.

use std::fs::{self, File};
use std::mem;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mmstats::{Options, Processes, Removal, StatsFile, remove_if_dead};
use mmstats_testing::command::{run, tool};
use mmstats_testing::oracle;
use mmstats_testing::stats_dir::files;
use mmstats_testing::{seccomp, traced};
use nix::unistd::Pid;

/// Creates a file that is named after this process, and leaves it.
fn create(directory: &Path) {
    let options = Options::dynamic("Killed").path(directory).filename("{PID}.mmstats");
    mem::forget(options.mode(0o440).create().unwrap());
}

fn final_path(directory: &Path, writer: Pid) -> PathBuf {
    directory.join(format!("{writer}.mmstats"))
}

/// The files of a writer that aren't at its file's name.
fn others(directory: &Path, writer: Pid) -> Vec<PathBuf> {
    let own = |path: &PathBuf| path.to_str().unwrap().contains(&writer.to_string());
    let others = files(directory).into_iter().filter(own);
    others.filter(|path| *path != final_path(directory, writer)).collect()
}

/// Checks that the file at its name is whole if it exists. Returns whether it does.
fn is_whole(directory: &Path, writer: Pid) -> bool {
    const LABELS: [&str; 7] = [
        "sys.pid",
        "sys.tid",
        "sys.uid",
        "sys.gid",
        "sys.created",
        "org.rust.version",
        "sys.unpublished",
    ];
    let path = final_path(directory, writer);
    let Ok(bytes) = fs::read(&path) else {
        return false;
    };
    let fields = oracle::fields(&bytes);
    let labels: Vec<_> = fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, LABELS);
    assert_eq!(fields[0].value, oracle::Value::Integer(writer.as_raw().into()));
    let file = StatsFile::read(&path).unwrap();
    assert!(file.problem().is_none() && file.has_trailer());
    assert_eq!(file.stats().len(), LABELS.len());
    assert_eq!(file.pid(), Some(writer.as_raw().cast_unsigned()));
    true
}

/// A file is never removed while its writer is still creating it, however long that takes.
fn stays_while_its_writer_lives(path: &Path) {
    age(path);
    let removal = remove_if_dead(path, &mut Processes::new()).unwrap();
    let stays = matches!(removal, Removal::Alive { .. } | Removal::Undecided { .. });
    assert!(stays, "{}: {removal:?}", path.display());
}

/// Makes a file old: young ones may yet be finished.
fn age(path: &Path) {
    File::open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

/// What many killed writers left.
#[derive(Debug, Default)]
struct Left {
    nothing: usize,
    whole: usize,
    /// The sizes of files that aren't at their names.
    other: Vec<u64>,
}

/// Kills writers that create a file, each at another moment, and removes what they left.
fn killed_at_each_moment(create: impl Fn(&Path)) -> Option<Left> {
    if !traced::is_allowed() {
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut left = Left::default();
    for stop in 0.. {
        let inspect = |writer| {
            is_whole(directory, writer);
            for path in others(directory, writer) {
                stays_while_its_writer_lives(&path);
            }
            writer
        };
        let Some(writer) = traced::killed_at_stop(stop, || create(directory), inspect) else {
            break;
        };
        let is_there = is_whole(directory, writer);
        assert!(is_there || left.whole == 0, "a file that was there at the stop before is gone");
        *(if is_there { &mut left.whole } else { &mut left.nothing }) += 1;
        left.other.extend(others(directory, writer).iter().map(|path| size(path)));
    }
    assert!(left.nothing > 0 && left.whole > 0, "{left:?}");
    is_swept(directory, left.whole + left.other.len());
    Some(left)
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// cleanstats removes this many files and leaves none.
fn is_swept(directory: &Path, count: usize) {
    // The last of them ran to completion and left its file too.
    for path in files(directory) {
        age(&path);
    }
    let cleanstats = run(tool(env!("CARGO_BIN_EXE_cleanstats")).arg(directory));
    assert_eq!((cleanstats.code, cleanstats.stderr.as_str()), (Some(0), ""));
    let closing = format!("Removed {}  -  0 alive, 0 undecided\n", count + 1);
    assert!(cleanstats.stdout.ends_with(&closing), "{}", cleanstats.stdout);
    assert!(files(directory).is_empty(), "{:?}", files(directory));
}

#[test]
fn a_killed_creator_leaves_a_whole_file_or_none() {
    killed_at_each_moment(create);
}

/// Where files can't be created without a name, they get a temporary one that no tool reads.
#[test]
fn without_unnamed_files_temporary_ones_are_swept() {
    let left = killed_at_each_moment(|directory| {
        seccomp::refuse_unnamed_files();
        create(directory);
    });
    if let Some(left) = left {
        let whole = left.other.last().unwrap();
        assert_eq!((left.other[0], whole % 4096), (0, 0), "before and after its space is reserved");
        assert_ne!(*whole, 0);
    }
}
