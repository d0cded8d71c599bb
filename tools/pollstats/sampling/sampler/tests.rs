//! What is new between two polls.

use super::*;
use mmstats::Identity;

/// When the baselines are taken, in seconds of Unix time.
const START: f64 = 1e9;

fn file(path: &str, created: f64, hits: u64) -> FileSnapshot {
    FileSnapshot {
        path: path.into(),
        writer: WriterIdentity { created: Some(created), ..WriterIdentity::default() },
        is_complete: true,
        life: None,
        measurements: HashMap::from([("hits".to_owned(), Measurement::Counter(hits))]),
    }
}

/// A sampler that polls once a second.
struct Watched {
    begun: Instant,
    polls: u32,
    sampler: Sampler,
}

impl Watched {
    fn from(files: Vec<FileSnapshot>, unread: &[&str]) -> Self {
        let begun = Instant::now();
        let sampler = Sampler::new(snapshot(begun, 0, files, unread));
        Self { begun, polls: 0, sampler }
    }

    fn poll(&mut self, files: Vec<FileSnapshot>, unread: &[&str]) -> Changes {
        self.polls += 1;
        self.sampler.advance(snapshot(self.begun, self.polls, files, unread))
    }
}

fn snapshot(begun: Instant, second: u32, files: Vec<FileSnapshot>, unread: &[&str]) -> Snapshot {
    Snapshot {
        at: begun + Duration::from_secs(second.into()),
        time: START + f64::from(second),
        files,
        unread: unread.iter().map(PathBuf::from).collect(),
    }
}

/// What is new of each file's counters.
fn new(changes: &Changes) -> Vec<(&str, u64)> {
    let of_file = |file: &FileChanges| match file.measurements["hits"] {
        Measurement::Counter(new) => new,
        ref other => panic!("{other:?}"),
    };
    let files = changes.files.iter();
    files.map(|file| (file.path.to_str().unwrap(), of_file(file))).collect()
}

#[test]
fn the_baseline_isn_t_new() {
    let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
    let changes = watched.poll(vec![file("a", 0.0, 103)], &[]);
    assert_eq!(new(&changes), [("a", 3)]);
    assert_eq!(changes.interval, Duration::from_secs(1));
    assert_eq!(changes.time, START + 1.0);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 103)], &[])), [("a", 0)]);
}

#[test]
fn a_new_file_counts_from_zero() {
    let mut watched = Watched::from(vec![], &[]);
    let changes = watched.poll(vec![file("a", START + 0.5, 7)], &[]);
    assert_eq!(new(&changes), [("a", 7)]);
    assert_eq!(changes.events, [FileEvent::Appeared("a".into())]);
    // Its writer noted the time just before the last poll and named the file just after.
    assert_eq!(new(&watched.poll(vec![file("b", START + 0.9, 5)], &[])), [("b", 5)]);
}

#[test]
fn an_old_file_that_is_moved_here_is_a_baseline() {
    let mut watched = Watched::from(vec![], &[]);
    assert_eq!(new(&watched.poll(vec![file("a", START - 60.0, 7)], &[])), [("a", 0)]);
    assert_eq!(new(&watched.poll(vec![file("a", START - 60.0, 9)], &[])), [("a", 2)]);
}

#[test]
fn a_file_without_a_creation_time_is_new_when_it_appears() {
    let nameless =
        |hits| FileSnapshot { writer: WriterIdentity::default(), ..file("a", 0.0, hits) };
    let mut watched = Watched::from(vec![], &[]);
    assert_eq!(new(&watched.poll(vec![nameless(7)], &[])), [("a", 7)]);
    assert_eq!(new(&watched.poll(vec![nameless(8)], &[])), [("a", 1)]);
}

#[test]
fn a_file_that_goes_leaves_no_negative_behind() {
    let mut watched = Watched::from(vec![file("a", 0.0, 100), file("b", 0.0, 5)], &[]);
    let changes = watched.poll(vec![file("b", 0.0, 6)], &[]);
    assert_eq!(new(&changes), [("b", 1)]);
    assert_eq!(changes.events, [FileEvent::Disappeared("a".into())]);
}

#[test]
fn another_writer_of_the_same_name_counts_from_zero() {
    let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
    let changes = watched.poll(vec![file("a", START + 0.5, 120)], &[]);
    assert_eq!(new(&changes), [("a", 120)]);
    assert_eq!(changes.events, [FileEvent::Replaced("a".into())]);
}

/// A container's program has the same pid and the same file name each time.
#[test]
fn the_same_pid_in_the_same_file_later_is_another_writer() {
    let of = |start_time, hits| {
        let mut identity = Identity::default();
        (identity.pid, identity.start_time) = (1, start_time);
        let writer = WriterIdentity { file: Some((1, 1)), identity: Some(identity), created: None };
        FileSnapshot { writer, ..file("a", 0.0, hits) }
    };
    let mut watched = Watched::from(vec![of(10, 3000)], &[]);
    assert_eq!(new(&watched.poll(vec![of(11, 2000)], &[])), [("a", 2000)]);
    assert_eq!(new(&watched.poll(vec![of(12, 5000)], &[])), [("a", 5000)]);
    assert_eq!(new(&watched.poll(vec![of(12, 5001)], &[])), [("a", 1)]);
}

#[test]
fn a_counter_that_falls_begins_anew() {
    let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 30)], &[])), [("a", 0)]);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 31)], &[])), [("a", 1)]);
}

#[test]
fn what_couldn_t_be_read_for_a_while_is_made_up_for() {
    let mut watched = Watched::from(vec![file("a", 0.0, 100)], &[]);
    assert_eq!(new(&watched.poll(vec![], &["a"])), []);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 104)], &[])), [("a", 4)]);
}

#[test]
fn what_was_there_but_couldn_t_be_read_isn_t_new() {
    let mut watched = Watched::from(vec![], &["a"]);
    assert_eq!(new(&watched.poll(vec![file("a", START + 0.5, 7)], &[])), [("a", 0)]);
}

#[test]
fn a_stat_that_is_added_counts_from_zero() {
    let bare = |is_complete| FileSnapshot {
        is_complete,
        measurements: HashMap::new(),
        ..file("a", 0.0, 0)
    };
    let mut watched = Watched::from(vec![bare(true)], &[]);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 9)], &[])), [("a", 9)]);
    // Unless the file was cut short before: then it may have been there.
    let mut watched = Watched::from(vec![bare(false)], &[]);
    assert_eq!(new(&watched.poll(vec![file("a", 0.0, 9)], &[])), [("a", 0)]);
}
