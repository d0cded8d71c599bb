//! Calls recorded by mmstats: a timer and a histogram a function, in one file a thread.
//!
//! Which functions there are shows as they are called. So a thread's file begins empty, with
//! room for many, and gets each one's stats at its first call in the thread.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use mmstats::{
    AddError, Attachments, Declarations, Field, Histogram, MmStats, Published, Stopwatch, Timer,
};

use crate::counts::count_unrecorded;

/// Functions that a thread's file has room for, and bytes that each takes with a key of some 60.
const FUNCTIONS: usize = 64;
const BYTES_EACH: usize = 6 * 1024;

/// Set when no thread can have a file, as the environment's template of names is impossible: asking
/// again at every call would only take time.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

mmstats::per_thread! {
    static THREADS: Functions =
        Functions::options().capacity(FUNCTIONS * BYTES_EACH).or_private_memory();
}

/// A function whose calls are recorded. A static, made by the macros.
#[derive(Debug)]
pub struct Recorder {
    key: &'static str,
    /// Its number among all of the process; 0 before its first call.
    number: AtomicU32,
}

impl Recorder {
    /// A recorder of calls under this key.
    pub const fn new(key: &'static str) -> Self {
        Self { key, number: AtomicU32::new(0) }
    }

    /// Begins a call that is recorded and not sent.
    #[inline]
    pub fn start(&'static self) -> Recording {
        Recording { recorder: self, watch: Stopwatch::start() }
    }

    /// Records a call in this thread's file.
    #[inline]
    pub(crate) fn record(&self, took: Duration) {
        let recorded = !GIVEN_UP.load(Ordering::Relaxed)
            && THREADS
                .try_with_published(|file| {
                    let number = self.number();
                    let known = file.0.borrow().find(number).map(|row| row.record(took));
                    known.unwrap_or_else(|| file.0.borrow_mut().add(file, self).record(took))
                })
                .unwrap_or_else(|_| give_up());
        if !recorded {
            count_unrecorded();
        }
    }

    /// The recorder's number, from 1 in the order of first calls.
    #[inline]
    fn number(&self) -> usize {
        match self.number.load(Ordering::Relaxed) {
            0 => self.take_number(),
            number => number as usize,
        }
    }

    #[cold]
    fn take_number(&self) -> usize {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let taken = self.number.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed);
        taken.map_or_else(|theirs| theirs, |_| next) as usize
    }
}

#[cold]
fn give_up() -> bool {
    GIVEN_UP.store(true, Ordering::Relaxed);
    false
}

/// The functions that a thread has called.
struct Functions(RefCell<Rows>);

#[derive(Default)]
struct Rows {
    /// Which row each recorder has: those of functions with one key share theirs.
    of_number: Vec<Option<usize>>,
    rows: Vec<Row>,
}

struct Row {
    key: &'static str,
    /// None where the file had no room for it.
    stats: Option<(Timer, Histogram)>,
}

impl Rows {
    #[inline]
    fn find(&self, number: usize) -> Option<&Row> {
        let row = (*self.of_number.get(number)?)?;
        self.rows.get(row)
    }

    #[cold]
    fn add(&mut self, file: &Published<Functions>, recorder: &Recorder) -> &Row {
        let (key, number) = (recorder.key, recorder.number());
        let row = self.rows.iter().position(|row| row.key == key).unwrap_or_else(|| {
            // Nobody reads private memory.
            let stats = file.path().and_then(|_| stats(file, key).ok());
            self.rows.push(Row { key, stats });
            self.rows.len() - 1
        });
        if self.of_number.len() <= number {
            self.of_number.resize(number + 1, None);
        }
        self.of_number[number] = Some(row);
        &self.rows[row]
    }
}

fn stats(file: &Published<Functions>, key: &str) -> Result<(Timer, Histogram), AddError> {
    let label = format!("kodemon.{key}");
    let spread = Histogram::named(format!("{label}.spread")).unit("nanoseconds");
    // The larger one first: where it has no room, there is no timer without it.
    let spread = file.add(spread.help("How the times of the calls are spread."))?;
    let timer = file.add(Timer::named(label).help("How long the calls take."))?;
    Ok((timer, spread))
}

impl Row {
    /// Records a call; tells whether it could.
    #[inline]
    fn record(&self, took: Duration) -> bool {
        if let Some((timer, spread)) = &self.stats {
            timer.record(took);
            spread.record_nanos(took);
        }
        self.stats.is_some()
    }
}

impl MmStats for Functions {
    const NAME: &'static str = "Kodemon";

    fn declare(_: &mut Declarations) {}

    fn attach(_: &mut Attachments) -> Self {
        Self(RefCell::default())
    }

    /// Totals stay; the next thread goes on from them.
    fn retire(&self) {}
}

/// A call under way that is recorded and not sent. It is recorded when it is dropped.
#[derive(Debug)]
#[must_use = "a timing that is dropped at once measures nothing"]
pub struct Recording {
    recorder: &'static Recorder,
    watch: Stopwatch,
}

impl Recording {
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }
}

impl Drop for Recording {
    #[inline]
    fn drop(&mut self) {
        self.recorder.record(self.watch.elapsed());
    }
}
