//! A writer that updates all fields until it is stopped: a separate process, or a thread.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use mmstats::Layout;

use super::fields::{FILE, KINDS, Kind, Update, across_edges, publish};

/// How the updates follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rhythm {
    /// Field after field, with a pause of varying length after each round.
    WithPauses,
    /// Field after field, and nothing else.
    WithoutPause,
    /// A field a thousand times in a row, then the next one, and nothing else.
    InBursts,
    /// Only the two fields across edges, in turn, and nothing else.
    AtEdges,
}

impl Rhythm {
    pub const ALL: [Self; 4] =
        [Self::WithPauses, Self::WithoutPause, Self::InBursts, Self::AtEdges];

    /// The fields that are written, and no others are there.
    pub fn fields(self, layout: Layout) -> impl Iterator<Item = &'static Kind> {
        let others = if self == Self::AtEdges { &[] } else { KINDS };
        across_edges(layout).iter().chain(others)
    }
}

pub const LAYOUTS: [Layout; 2] = [Layout::Aligned, Layout::Packed];

fn write(updates: &mut [Update], rhythm: Rhythm, stop: &AtomicBool) {
    let times = if rhythm == Rhythm::InBursts { 1000 } else { 1 };
    let mut round = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        for update in &mut *updates {
            (0..times).for_each(|_| update());
        }
        round = round.wrapping_add(1);
        if rhythm == Rhythm::WithPauses {
            (0..round % 5000).for_each(|_| std::hint::spin_loop());
        }
    }
}

/// A running writer and its file.
pub struct Writer {
    pub path: PathBuf,
    runs_as: RunsAs,
}

enum RunsAs {
    Thread(JoinHandle<()>, Arc<AtomicBool>),
    /// Its output stays open for its last messages.
    Process(Child, BufReader<ChildStdout>),
}

/// The variable that makes a child of this test program a writer.
const ROLE: &str = "MMSTATS_TEST_WRITER";
const PUBLISHED: &str = "published";

impl Writer {
    pub fn thread(directory: &Path, layout: Layout, rhythm: Rhythm) -> Self {
        let (stats, mut updates) = publish(directory, layout, rhythm.fields(layout));
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let _stats = stats;
            write(&mut updates, rhythm, &stopping);
        });
        Self { path: directory.join(FILE), runs_as: RunsAs::Thread(thread, stop) }
    }

    /// Starts this test program once more, as a writer: `test` is the test that calls
    /// [`be_the_process`].
    pub fn process(test: &str, directory: &Path, layout: Layout, rhythm: Rhythm) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(ROLE, role(layout, rhythm))
            .env("MMSTATS_PATH", directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let published = output.by_ref().lines().any(|line| line.unwrap().contains(PUBLISHED));
        assert!(published, "the writer publishes");
        Self { path: directory.join(FILE), runs_as: RunsAs::Process(child, output) }
    }

    /// Stops the writer, which must have run up to now.
    pub fn stop(self) {
        match self.runs_as {
            RunsAs::Thread(thread, stop) => {
                stop.store(true, Ordering::Relaxed);
                thread.join().unwrap();
            }
            RunsAs::Process(mut child, _output) => {
                assert_eq!(child.try_wait().unwrap(), None, "the writer still writes");
                // The end of its standard input ends it.
                assert!(child.wait().unwrap().success());
            }
        }
    }
}

fn role(layout: Layout, rhythm: Rhythm) -> String {
    format!("{layout:?} {rhythm:?}")
}

/// The writer's process: writes as its variable says until its standard input ends, so that it
/// never outlives its parent. Does nothing without the variable.
pub fn be_the_process() {
    let Some(given) = std::env::var_os(ROLE) else {
        return;
    };
    let roles = LAYOUTS.into_iter().flat_map(|layout| Rhythm::ALL.map(|rhythm| (layout, rhythm)));
    let is_given = |&(layout, rhythm): &(Layout, Rhythm)| *role(layout, rhythm) == *given;
    let (layout, rhythm) = roles.into_iter().find(is_given).expect("a known role");
    let directory = std::env::var_os("MMSTATS_PATH").expect("a directory");
    let (_stats, mut updates) = publish(Path::new(&directory), layout, rhythm.fields(layout));
    println!("{PUBLISHED}");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| write(&mut updates, rhythm, &stop));
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        stop.store(true, Ordering::Relaxed);
    });
}
