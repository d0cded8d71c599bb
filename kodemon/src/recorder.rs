//! Records calls by mmstats: a timer and a histogram per function, in one file per thread.
//!
//! The functions aren't known in advance. So a thread's file starts empty, with space for many, and
//! a function's stats are added at its first call in the thread.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use mmstats::{
    AddError, Attachments, Declarations, Field, Histogram, MmStats, Published, Stopwatch, Timer,
};

use crate::counts::count_unrecorded;

/// Maximum number of functions in a thread's file, and bytes per function with a key of some 60.
const FUNCTIONS: usize = 64;
const BYTES_PER_FUNCTION: usize = 6 * 1024;

/// Set if no thread can have a file because the template of file names in the environment is invalid:
/// trying again at every call would only take time.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

mmstats::per_thread! {
    static THREADS: Functions =
        Functions::options().capacity(FUNCTIONS * BYTES_PER_FUNCTION).or_private_memory();
}

/// A function whose calls are recorded: a static, created by the macros.
#[derive(Debug)]
pub struct Recorder {
    key: &'static str,
    /// Unique in the process; 0 before the first call.
    number: AtomicU32,
}

impl Recorder {
    /// A recorder for calls with this key.
    pub const fn new(key: &'static str) -> Self {
        Self { key, number: AtomicU32::new(0) }
    }

    /// Starts a call that is recorded but not sent.
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

    /// The recorder's number, from 1 on in the order of first calls.
    #[inline]
    fn number(&self) -> usize {
        match self.number.load(Ordering::Relaxed) {
            0 => self.assign_number(),
            number => number as usize,
        }
    }

    #[cold]
    fn assign_number(&self) -> usize {
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

/// The functions called by a thread.
struct Functions(RefCell<Rows>);

#[derive(Default)]
struct Rows {
    /// The row of each recorder; recorders with the same key share one.
    by_number: Vec<Option<usize>>,
    rows: Vec<Row>,
}

struct Row {
    key: &'static str,
    /// `None` if the file had no space for it.
    stats: Option<(Timer, Histogram)>,
}

impl Rows {
    #[inline]
    fn find(&self, number: usize) -> Option<&Row> {
        let row = (*self.by_number.get(number)?)?;
        self.rows.get(row)
    }

    #[cold]
    fn add(&mut self, file: &Published<Functions>, recorder: &Recorder) -> &Row {
        let (key, number) = (recorder.key, recorder.number());
        let row = self.rows.iter().position(|row| row.key == key).unwrap_or_else(|| {
            // Stats in private memory would be useless.
            let stats = file.path().and_then(|_| stats(file, key).ok());
            self.rows.push(Row { key, stats });
            self.rows.len() - 1
        });
        if self.by_number.len() <= number {
            self.by_number.resize(number + 1, None);
        }
        self.by_number[number] = Some(row);
        &self.rows[row]
    }
}

fn stats(file: &Published<Functions>, key: &str) -> Result<(Timer, Histogram), AddError> {
    let label = format!("kodemon.{key}");
    let spread = Histogram::named(format!("{label}.spread")).unit("nanoseconds");
    // The larger one first, so that there is no timer without it.
    let spread = file.add(spread.help("Distribution of the durations of the calls."))?;
    let timer = file.add(Timer::named(label).help("Duration of the calls."))?;
    Ok((timer, spread))
}

impl Row {
    /// Records a call. Returns whether it could.
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

    /// Totals stay; the next thread continues from them.
    fn retire(&self) {}
}

/// A call in progress that is recorded, but not sent, when this is dropped.
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
