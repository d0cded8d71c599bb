//! No space for a file, on its file system or within the process's limit: an error at creation,
//! and none later.

use std::fs::{self, File};
use std::path::Path;

use mmstats::{AddError, Counter, CreateError, Field, MmStats, Options, Published, StatsFile};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::oracle;
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;
use mmstats_testing::{seccomp, tmpfs};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

fn options(directory: &Path) -> Options<Kinds> {
    Kinds::options().path(directory).capacity(30_000)
}

/// Without space, creation returns an error and leaves nothing; it falls back to memory on request.
fn is_refused(directory: &Path) {
    let before = (files(directory), tmpfs::left(directory));
    let error = format!("{:#}", options(directory).create().map(drop).unwrap_err());
    assert!(error.contains("No space left on device"), "{error}");
    assert!(error.contains(directory.to_str().unwrap()), "{error}");
    assert_eq!((files(directory), tmpfs::left(directory)), before);

    let private = options(directory).or_private_memory().create().unwrap();
    private.write();
    assert_eq!((private.path(), private.size()), (None, size_of_a_file()));
    assert_eq!((files(directory), tmpfs::left(directory)), before);
}

fn size_of_a_file() -> usize {
    let directory = tempfile::tempdir().unwrap();
    options(directory.path()).create().unwrap().size()
}

/// Creates files with more and more bytes left, until there are enough.
fn a_file_needs_all_of_its_space(directory: &Path) {
    let (size, page) = (size_of_a_file(), tmpfs::page(directory));
    assert!(size > 4 * page, "a file of several pages");
    for left in (0..size).step_by(page) {
        tmpfs::fill(directory, left as u64);
        is_refused(directory);
    }
    tmpfs::fill(directory, size as u64);
    let stats = options(directory).create().unwrap();
    assert_eq!(tmpfs::left(directory), 0);
    stats.write();
    is_shown(&stats);
}

/// Both readers show all that was written.
fn is_shown(stats: &Published<Kinds>) {
    let path = stats.path().unwrap();
    assert!(StatsFile::read(path).unwrap().problem().is_none());
    let fields = oracle::fields(&fs::read(path).unwrap());
    for (label, value) in Kinds::shown() {
        let field = fields.iter().find(|field| field.label == label);
        assert_eq!(field.unwrap().value, value, "{label}");
    }
}

#[test]
fn without_space_no_file_is_created_and_the_error_says_so() {
    tmpfs::within("size=256k", a_file_needs_all_of_its_space);
}

#[test]
fn nor_without_unnamed_files() {
    tmpfs::within("size=256k", |directory| {
        seccomp::without_unnamed_files(|| a_file_needs_all_of_its_space(directory));
    });
}

#[test]
fn nor_where_no_more_files_can_be_created() {
    tmpfs::within("size=256k,nr_inodes=8", |directory| {
        for number in 0.. {
            if File::create(directory.join(format!("empty-{number}"))).is_err() {
                break;
            }
        }
        is_refused(directory);
        seccomp::without_unnamed_files(|| is_refused(directory));
    });
}

/// A file reserves all the space that it will ever need at creation.
#[test]
fn an_existing_file_survives_a_full_file_system() {
    tmpfs::within("size=256k", |directory| {
        let stats = options(directory).create().unwrap();
        tmpfs::fill(directory, 0);
        stats.write();
        is_shown(&stats);
        let mut added: Vec<Counter> = Vec::new();
        let error = loop {
            match stats.add(Counter::named(format!("added.{}", added.len()))) {
                Ok(counter) => added.push(counter),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, AddError::NoFreeSpace { .. }), "{error}");
        assert!(added.len() > 100, "{} fields were added", added.len());
        added.iter().for_each(Counter::incr);
        is_shown(&stats);
        let path = stats.path().unwrap();
        let sum = |file: &StatsFile| -> u64 {
            let added = file.stats().filter(|stat| stat.label().starts_with("added."));
            added.map(|stat| stat.value().as_u64().unwrap()).sum()
        };
        assert_eq!(sum(&StatsFile::read(path).unwrap()), added.len() as u64);
        drop((added, stats));
        assert_eq!(files(directory), [directory.join("filler")]);
    });
}

/// Creating a larger file than the limit allows would raise SIGXFSZ, which kills the program.
#[test]
fn a_file_size_limit_kills_no_program() {
    let directory = tempfile::tempdir().unwrap();
    let size = size_of_a_file() as u64;
    let code = in_child(|| {
        let (_, most) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
        let limited = |limit| setrlimit(Resource::RLIMIT_FSIZE, limit, most).unwrap();
        for unnamed in [true, false] {
            let refused = || {
                let error = options(directory.path()).create().map(drop).unwrap_err();
                let text = error.to_string();
                assert!(text.contains("RLIMIT_FSIZE") && text.contains("too large"), "{text}");
                let CreateError::FileSizeLimit { path, needed, limit } = error else {
                    panic!("{text}")
                };
                assert_eq!((&*path, needed as u64, limit), (directory.path(), size, size - 1));
                let private = options(directory.path()).or_private_memory().create().unwrap();
                private.write();
                assert_eq!((private.path(), files(directory.path())), (None, vec![]));
            };
            limited(size - 1);
            if unnamed { refused() } else { seccomp::without_unnamed_files(refused) }
        }
        limited(size);
        let stats = options(directory.path()).create().unwrap();
        stats.write();
        is_shown(&stats);
        true
    });
    assert_eq!(code, 0, "see the message of the child");
}
