//! The limits on all files together, over time: what goes gives its share back.

use std::fs;
use std::path::{Path, PathBuf};

use mmstats::{ReadBudget, ReadError, ReadLimit, Update, Watch};
use mmstats_testing::original::{content, field};

/// A file with this many labels, which no other file has.
fn labels(directory: &Path, name: &str, count: usize) -> PathBuf {
    let fields: Vec<_> =
        (0..count).map(|number| field(format!("{name}.{number}"), "B", 0xff, &[1])).collect();
    let path = directory.join(name).with_extension("mmstats");
    fs::write(&path, content(&fields)).unwrap();
    path
}

/// A file of about this size.
fn bytes(directory: &Path, name: &str, size: usize) -> PathBuf {
    let path = directory.join(name).with_extension("mmstats");
    fs::write(&path, content(&[field("text", &format!("{size}s"), 0xff, &vec![b'x'; size])]))
        .unwrap();
    path
}

fn names(update: &Update<'_>) -> Vec<String> {
    let names = update.files().map(|file| file.file().path().file_stem().unwrap());
    names.map(|name| name.to_str().unwrap().to_owned()).collect()
}

fn over(update: &Update<'_>) -> Vec<(PathBuf, ReadLimit)> {
    let over = update.all_errors().filter_map(|error| match error {
        ReadError::OverBudget { path, exceeded, .. } => Some((path.clone(), *exceeded)),
        _ => None,
    });
    over.collect()
}

/// Two files that only fit one after the other, and a small one that always does.
fn one_after_the_other(
    budget: &ReadBudget,
    limit: ReadLimit,
    file: impl Fn(&Path, &str) -> PathBuf,
) {
    for max_open in [0, usize::MAX] {
        let directory = tempfile::tempdir().unwrap();
        let watch = Watch::new([directory.path()]).budget(budget.clone());
        let mut watch = watch.max_open(max_open);
        let small = labels(directory.path(), "z-small", 1);
        let first = file(directory.path(), "first");
        assert_eq!(names(&watch.poll()), ["first", "z-small"]);
        let second = file(directory.path(), "second");
        for is_new in [1, 0] {
            let update = watch.poll();
            assert_eq!(names(&update), ["first", "z-small"]);
            assert_eq!(over(&update), [(second.clone(), limit)]);
            assert_eq!(update.errors().len(), is_new, "reported once");
        }
        fs::remove_file(&first).unwrap();
        let update = watch.poll();
        assert_eq!(update.removed().len(), 1);
        drop(update);
        // At the latest in the next poll: what was removed may still take its share in this one.
        let update = watch.poll();
        assert_eq!(
            (names(&update), over(&update)),
            (vec!["second".into(), "z-small".into()], vec![])
        );
        // A file that gets smaller gives back, too.
        file(directory.path(), "third");
        assert_eq!(over(&watch.poll()).len(), 1);
        fs::write(&second, fs::read(&small).unwrap()).unwrap();
        watch.poll();
        let update = watch.poll();
        assert_eq!((names(&update).len(), over(&update)), (3, vec![]));
    }
}

#[test]
fn labels_are_given_back() {
    let budget = ReadBudget::new().max_labels(30);
    one_after_the_other(&budget, ReadLimit::Labels, |directory, name| labels(directory, name, 20));
}

#[test]
fn bytes_are_given_back() {
    let budget = ReadBudget::new().max_bytes(1 << 20);
    one_after_the_other(&budget, ReadLimit::Bytes, |directory, name| {
        bytes(directory, name, 600_000)
    });
}

#[test]
fn files_that_come_and_go_use_nothing_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut watch = Watch::new([directory.path()])
        .budget(ReadBudget::new().max_labels(60).max_bytes(60 * 1100));
    for round in 0..100 {
        let path = labels(directory.path(), &format!("{round}"), 10);
        let update = watch.poll();
        assert_eq!(over(&update), [], "in round {round}");
        assert_eq!(update.added().len(), 1);
        match round % 3 {
            // The next name, another file of the same name, another structure in the same file.
            0 => fs::remove_file(&path).unwrap(),
            1 => {
                let other = labels(directory.path(), &format!("{round}-other"), 10);
                fs::rename(other, &path).unwrap();
            }
            _ => fs::write(&path, content(&[field("other", "B", 0xff, &[1])])).unwrap(),
        }
        assert_eq!(over(&watch.poll()), [], "in round {round}");
        let _ = fs::remove_file(&path);
    }
}

/// A known file that grows beyond the limits is no longer read, and again when it fits.
#[test]
fn a_file_that_grows_beyond_the_limit_is_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let mut watch =
        Watch::new([directory.path()]).budget(ReadBudget::new().max_labels(30).max_bytes(1 << 20));
    labels(directory.path(), "a", 5);
    labels(directory.path(), "b", 5);
    assert_eq!(names(&watch.poll()), ["a", "b"]);
    let grown = labels(directory.path(), "b", 100);
    let update = watch.poll();
    assert_eq!(
        (names(&update), over(&update)),
        (vec!["a".into()], vec![(grown, ReadLimit::Labels)])
    );
    assert!(update.removed().is_empty());
    let grown = bytes(directory.path(), "b", 2 << 20);
    let update = watch.poll();
    assert_eq!(
        (names(&update), over(&update)),
        (vec!["a".into()], vec![(grown, ReadLimit::Bytes)])
    );
    labels(directory.path(), "b", 5);
    let update = watch.poll();
    assert_eq!((names(&update), over(&update)), (vec!["a".into(), "b".into()], vec![]));
    assert_eq!(update.added().len(), 0);
}
