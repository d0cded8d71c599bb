//! The last poll's files, asked for once more.

use std::fs;

use mmstats::{Counter, Field, Options, ReadError, Update, Watch};

/// Paths with their values, errors, and when it was.
fn summary(update: &Update<'_>) -> impl PartialEq + std::fmt::Debug + use<> {
    let value = |file: &mmstats::StatsFile| file.get("done").unwrap().value().to_string();
    let files = update.files().map(|file| (file.file().path().to_owned(), value(file.file())));
    let errors = update.all_errors().map(ReadError::reason);
    let (files, errors): (Vec<_>, Vec<_>) = (files.collect(), errors.collect());
    (files, errors, update.locations().to_vec(), update.monotonic(), update.wall())
}

#[test]
fn it_is_the_last_poll_without_what_was_new() {
    let directory = tempfile::tempdir().unwrap();
    let create = || {
        let options = Options::dynamic("Jobs").path(directory.path()).default_fields(false);
        let stats = options.create().unwrap();
        let done: Counter = stats.add(Counter::named("done")).unwrap();
        (stats, done)
    };
    let mut watch = Watch::new([directory.path()]);
    assert_eq!(watch.latest().files().len(), 0);
    let (stays, ends) = (create(), create());
    fs::write(directory.path().join("bad.mmstats"), "no stats").unwrap();
    for round in 0..2 {
        let polled = summary(&watch.poll());
        // Not read again.
        stays.1.incr();
        let latest = watch.latest();
        assert_eq!(summary(&latest), polled, "round {round}");
        assert_eq!((latest.added().len(), latest.errors().len()), (0, 0));
    }
    drop(ends);
    assert_eq!(watch.poll().removed().len(), 1);
    assert_eq!((watch.latest().removed().len(), watch.latest().files().len()), (0, 1));
}
