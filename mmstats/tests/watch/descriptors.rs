//! Few descriptors and many files: the same results.

use std::fs;
use std::path::{Path, PathBuf};

use mmstats::Watch;
use mmstats_testing::os::fork::in_child;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::agreement::{Final, check_update};
use crate::foreign;
use crate::model::Model;
use crate::random::{Random, seed};

const FILES: usize = 1_000;
const LIMITS: [usize; 3] = [64, 1, 0];
const POLLS: usize = 12;

fn file(directory: &Path, number: usize) -> PathBuf {
    directory.join(format!("{number}.mmstats"))
}

fn filled(random: &mut Random) -> tempfile::TempDir {
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    for number in 0..FILES {
        fs::write(file(directory.path(), number), foreign::file(random.next())).unwrap();
    }
    directory
}

/// Some files go, come, change, are replaced, and get other names.
fn change(directory: &Path, random: &mut Random) {
    for _ in 0..40 {
        let (path, other) = (file(directory, random.below(FILES)), directory.join("new"));
        let bytes = foreign::file(random.next());
        let _ = match random.below(5) {
            0 => fs::remove_file(path),
            1 => fs::write(&other, bytes).and_then(|()| fs::rename(other, path)),
            2 => fs::write(path, &bytes[..bytes.len() / 2]),
            3 => fs::rename(path, file(directory, random.below(FILES))),
            _ => fs::write(path, bytes),
        };
    }
}

/// The naive reader keeps every file open.
fn raise_limit() {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let enough = hard.min(4 * FILES as u64);
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(enough), hard).unwrap();
}

#[test]
fn a_limit_changes_no_result() {
    let seed = seed();
    let mut random = Random::new(seed);
    let directory = filled(&mut random);
    raise_limit();
    let of = |limit| Watch::new([directory.path()]).max_open(limit);
    let mut watches = vec![(Watch::new([directory.path()]), FILES, Final::NowOrLast)];
    watches.push((of(2 * FILES), 2 * FILES, Final::Now));
    watches.extend(LIMITS.map(|limit| (of(limit), limit, Final::NowOrLast)));
    let mut model = Model::new(vec![directory.path().to_owned()], true);
    for number in 0..POLLS {
        let expected = model.poll();
        assert!(expected.files.len() > FILES / 2, "few of the files can be read");
        for (watch, limit, values) in &mut watches {
            if let Err(difference) = check_update(&watch.poll(), &expected, *values) {
                panic!("MMSTATS_TEST_SEED={seed}, poll {number}, limit {limit}: {difference}");
            }
        }
        change(directory.path(), &mut random);
    }
}

fn open_descriptors() -> usize {
    // The listing has one more.
    fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// In a child, where nothing else opens files. Beside the kept ones a poll needs one to list a
/// directory, and one for a file at a time.
#[test]
fn never_more_descriptors_are_open_than_allowed() {
    const AT_A_TIME: usize = 3;
    for limit in LIMITS {
        let code = in_child(|| {
            let mut random = Random::new(seed());
            let directory = filled(&mut random);
            let before = open_descriptors();
            let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
            // Numbers may be missing in between.
            let highest = fs::read_dir("/proc/self/fd").unwrap().map(|entry| {
                entry.unwrap().file_name().to_str().unwrap().parse::<usize>().unwrap()
            });
            let soft = highest.max().unwrap() + limit + AT_A_TIME;
            setrlimit(Resource::RLIMIT_NOFILE, soft as u64, hard).unwrap();
            let mut watch = Watch::new([directory.path()]).max_open(limit);
            for _ in 0..5 {
                let update = watch.poll();
                let reasons = update.all_errors().map(mmstats::ReadError::reason);
                let refused = reasons.filter(|reason| reason.contains("open files")).count();
                assert_eq!(refused, 0, "the system refused descriptors");
                drop(update);
                let kept = open_descriptors() - before;
                assert!(kept <= limit, "{kept} are open, {limit} allowed");
                assert!(limit < 2 || kept > limit / 2, "only {kept} of {limit} are used");
                change(directory.path(), &mut random);
            }
            true
        });
        assert_eq!(code, 0, "with {limit}");
    }
}
