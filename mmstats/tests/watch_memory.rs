//! The memory of a `Watch`: bounded whatever is in the files, and given back when they go.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Mutex;

use mmstats::{ReadBudget, ReadError, ReadLimit, Watch};
use mmstats_testing::original::{content, field};
use mmstats_testing::os::allocator::{Counting, most_taken};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The tests measure the memory of the process: one after the other.
static ONE: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;

fn directory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A text of this size.
fn large(path: &Path, size: usize) {
    let text = vec![b'x'; size];
    fs::write(path, content(&[field("text", &format!("{size}s"), 0xff, &text)])).unwrap();
}

/// Each takes its path and the reason why it can't be read, in the update and to know it again.
#[test]
fn garbage_takes_little_however_often_it_is_polled() {
    const FILES: usize = 50_000;
    const EACH: usize = 1_500;
    let _one = ONE.lock();
    let directory = directory();
    for number in 0..FILES {
        fs::write(directory.path().join(format!("{number}.mmstats")), [number as u8 | 2; 40])
            .unwrap();
    }
    let mut watch = Watch::new([directory.path()]);
    let first = most_taken(|| assert_eq!(watch.poll().errors().len(), FILES));
    assert!(first < FILES * EACH, "{} bytes a file", first / FILES);
    let again = most_taken(|| {
        for _ in 0..2 {
            let update = watch.poll();
            assert_eq!((update.all_errors().len(), update.errors().len()), (FILES, 0));
        }
    });
    assert!(again < FILES * EACH, "{} bytes a file", again / FILES);
}

#[test]
fn a_file_beyond_the_budget_is_not_even_copied() {
    let _one = ONE.lock();
    let directory = directory();
    let path = directory.path().join("large.mmstats");
    large(&path, 60 * MIB);
    let mut watch = Watch::new([directory.path()]).budget(ReadBudget::new().max_bytes(32 << 20));
    let taken = most_taken(|| {
        let update = watch.poll();
        let error = update.all_errors().next().unwrap();
        assert!(matches!(error, ReadError::OverBudget { exceeded: ReadLimit::Bytes, .. }));
    });
    assert!(taken < MIB, "{taken} bytes");
    // A known file that becomes as large.
    fs::write(&path, content(&[field("text", "3s", 0xff, b"abc")])).unwrap();
    assert_eq!(watch.poll().files().len(), 1);
    large(&path, 60 * MIB);
    let taken = most_taken(|| assert_eq!(watch.poll().files().len(), 0));
    assert!(taken < MIB, "{taken} bytes");
}

/// The copy that is there, and the next one: which is compared, and becomes the one that is there.
#[test]
fn a_large_file_takes_twice_its_size_and_gives_it_back() {
    const SIZE: usize = 60 * MIB;
    let _one = ONE.lock();
    let directory = directory();
    let path = directory.path().join("large.mmstats");
    large(&path, SIZE);
    // A long text counts as many labels.
    let budget = ReadBudget::new().max_labels(1 << 20);
    let mut watch = Watch::new([directory.path()]).budget(budget);
    let taken = most_taken(|| {
        for _ in 0..3 {
            assert_eq!(watch.poll().files().len(), 1);
        }
    });
    assert!(taken < 2 * SIZE + MIB, "{taken} bytes");
    fs::remove_file(&path).unwrap();
    assert_eq!(watch.poll().removed().len(), 1);
    watch.poll();
    assert_eq!(watch.bytes(), 0);
    large(&path, SIZE);
    let again = most_taken(|| assert_eq!(watch.poll().files().len(), 1));
    assert!(again > SIZE, "the memory had been given back");
}

/// Holes in sparse files take nothing.
#[test]
fn sparse_files_take_what_is_in_them() {
    let _one = ONE.lock();
    let directory = directory();
    for number in 0..40 {
        let path = directory.path().join(format!("{number}.mmstats"));
        fs::write(&path, content(&[field("text", "3s", 0xff, b"abc")])).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(64 << 20).unwrap();
    }
    let mut watch = Watch::new([directory.path()]).budget(ReadBudget::new().max_bytes(MIB as u64));
    let taken = most_taken(|| {
        for _ in 0..3 {
            assert_eq!(watch.poll().files().len(), 40);
        }
    });
    assert!(taken < 2 * MIB, "{taken} bytes");
}

#[test]
fn more_labels_than_allowed_are_given_up() {
    const LABELS: usize = 300_000;
    let _one = ONE.lock();
    let directory = directory();
    let fields: Vec<_> =
        (0..LABELS).map(|number| field(format!("{number}"), "B", 0xff, &[1])).collect();
    let bytes = content(&fields);
    drop(fields);
    fs::write(directory.path().join("labels.mmstats"), &bytes).unwrap();
    let mut watch = Watch::new([directory.path()]).budget(ReadBudget::new().max_labels(10_000));
    for _ in 0..2 {
        let taken = most_taken(|| {
            let update = watch.poll();
            let error = update.all_errors().next().unwrap();
            assert!(matches!(error, ReadError::OverBudget { exceeded: ReadLimit::Labels, .. }));
        });
        // The file, and fields as far as labels are allowed.
        assert!(taken < bytes.len() + 2 * MIB, "{taken} bytes");
    }
}
