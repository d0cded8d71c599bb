//! A reader beside a writer that never waits for it: no value mixes two updates, none steps back.
//! A naive reader like the original's sees both at once.
//!
//! `MMSTATS_TEST_SECONDS` says for how long, 2 unless set.

use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mmstats::{Layout, StatsFile, Value};
use mmstats_testing::oracle;
use mmstats_testing::required::requires;
use tempfile::TempDir;

mod stress;
use stress::{EDGES, Judged, LAYOUTS, Rhythm, Watch, Writer, across_edges};

/// How long to wait for something that must happen eventually.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The longest run of one writer: the checks of its figures are exact up to some 2^26 updates, and
/// a timer gets 2^25 in a second.
const LONGEST: f64 = 1.0;

/// A reader and a writer take two processors, so the tests run one at a time.
fn processors() -> MutexGuard<'static, ()> {
    static PROCESSORS: Mutex<()> = Mutex::new(());
    PROCESSORS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// In memory, where programs have their stats files, if possible.
fn directory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn seconds() -> f64 {
    let seconds = std::env::var("MMSTATS_TEST_SECONDS").ok();
    seconds.map_or(2.0, |seconds| seconds.parse().expect("a number of seconds"))
}

#[test]
#[ignore = "the writer's process, started by other tests"]
fn writer() {
    stress::be_the_process();
}

/// Reads each layout at each rhythm, for `seconds` in all.
fn read_beside(seconds: f64, start: fn(&Path, Layout, Rhythm) -> Writer) {
    let runs: Vec<_> =
        LAYOUTS.into_iter().flat_map(|layout| Rhythm::ALL.map(|rhythm| (layout, rhythm))).collect();
    let rounds = (seconds / runs.len() as f64 / LONGEST).ceil().max(1.0);
    let time = Duration::from_secs_f64(seconds / runs.len() as f64 / rounds);
    for (layout, rhythm) in (0..rounds as u32).flat_map(|_| runs.iter().copied()) {
        let directory = directory();
        let writer = start(directory.path(), layout, rhythm);
        let (begun, mut watch) = (Instant::now(), Watch::new(layout, rhythm));
        while begun.elapsed() < time || !watch.has_seen_enough() {
            watch.observe(&StatsFile::read(&writer.path).unwrap());
            if begun.elapsed() > TIMEOUT {
                break;
            }
        }
        writer.stop();
        println!("{layout:?}, {rhythm:?}, {:.1} s: {watch}", begun.elapsed().as_secs_f64());
        watch.assert_sound();
    }
}

#[test]
fn beside_another_process_values_are_consistent_and_never_step_back() {
    let _processors = processors();
    read_beside(seconds(), |directory, layout, rhythm| {
        Writer::process("writer", directory, layout, rhythm)
    });
}

#[test]
fn beside_a_thread_values_are_consistent_and_never_step_back() {
    let _processors = processors();
    read_beside(seconds() / 4.0, Writer::thread);
}

/// Reads naively beside a writer of values across the edges, until one is torn. `are_torn` checks
/// each of the two values in a copy.
fn read_naively(layout: Layout, are_torn: fn(&[u8]) -> [bool; 2]) {
    let available = thread::available_parallelism().map_or(2, NonZero::get);
    if !requires(available > 1, "on one processor nobody reads while another writes") {
        return;
    }
    let _processors = processors();
    let directory = directory();
    let writer = Writer::process("writer", directory.path(), layout, Rhythm::AtEdges);
    let (begun, time) = (Instant::now(), Duration::from_secs_f64(seconds() / 8.0));
    let (mut reads, mut torn) = (0, [0; 2]);
    while begun.elapsed() < time || torn == [0; 2] {
        assert!(begun.elapsed() < TIMEOUT, "none of {reads} reads tore");
        let found = are_torn(&std::fs::read(&writer.path).unwrap());
        torn = std::array::from_fn(|number| torn[number] + u64::from(found[number]));
        reads += 1;
    }
    writer.stop();
    let [line, page] = torn;
    println!("{layout:?}, naively: {reads} reads; {line} torn across lines, {page} across pages");
}

/// What the tests above would see if the library trusted its copies.
#[test]
fn a_naive_reader_of_a_packed_file_sees_torn_numbers() {
    read_naively(Layout::Packed, |bytes| {
        let kinds = across_edges(Layout::Packed);
        let fields = oracle::fields(bytes);
        std::array::from_fn(|number| {
            let (field, kind, edge) = (&fields[number], &kinds[number], EDGES[number]);
            assert!(field.label.starts_with(kind.label), "{}", field.label);
            let (at, size) = field.position;
            assert!(at < edge && edge < at + size, "the value lies across {edge}");
            let oracle::Value::Integer(value) = field.value else { panic!("{field:?}") };
            (kind.judge)(&[Value::Unsigned(value.try_into().unwrap())]) == Judged::Torn
        })
    });
}

/// The same for struct values, whose sequence numbers are ignored in a single copy.
#[test]
fn a_single_copy_of_an_aligned_file_has_torn_timers() {
    read_naively(Layout::Aligned, |bytes| {
        let kinds = across_edges(Layout::Aligned);
        let file = StatsFile::from_bytes("copy", bytes).unwrap();
        std::array::from_fn(|number| {
            let (stat, kind, edge) =
                (file.stats().nth(number).unwrap(), &kinds[number], EDGES[number]);
            assert!(stat.label().starts_with(kind.label), "{}", stat.label());
            let (at, value) = stat.field_layout().buffers[0];
            assert!(at < edge && edge < at + value.len(), "the value lies across {edge}");
            let components: Vec<Value> = stat.components().map(|(_, value)| value).collect();
            (kind.judge)(&components) == Judged::Torn
        })
    });
}
