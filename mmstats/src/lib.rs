//! `/proc` for your application: publish stats by plain stores, read them from any other process.
//!
//! A program declares a struct of stats. Each thread publishes it in its own small memory-mapped
//! file; a count is a load and a store. Other processes read the files whenever they like, even
//! after the program was killed, and the program never notices.
//!
//! ```
//! use mmstats::{Counter, MmStats, Timer, UpDownCounter};
//!
//! #[derive(MmStats)]
//! #[mmstats(prefix = "web.stats.")]
//! struct WebStats {
//!     /// Responses with a 2XX status.
//!     #[mmstats(label = "status.2XX")]
//!     status_2xx: Counter,
//!     /// Connections that are being served.
//!     busy: UpDownCounter,
//!     /// Time to render a page, in seconds.
//!     render: Timer,
//! }
//!
//! # let directory = tempfile::tempdir()?;
//! # let create = || WebStats::options().path(directory.path()).create();
//! # /*
//! let stats = WebStats::create()?;
//! # */
//! # let stats = create()?;
//! stats.busy.incr();
//! let page = stats.render.time(|| "Hello");
//! stats.status_2xx.incr();
//! stats.busy.decr();
//!
//! // Any process, also one in another language, reads it back.
//! let file = mmstats::StatsFile::read(stats.path().unwrap())?;
//! assert_eq!(file.get("web.stats.status.2XX").unwrap().value().to_string(), "1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Concepts
//!
//! A **stat** has a label, a kind and a value. The kinds are fields of the struct:
//!
//! | kind | for | what readers see |
//! | --- | --- | --- |
//! | [`Counter`] | how often something happened | a number that grows; a rate |
//! | [`UpDownCounter`] | how many there are now, if several threads raise and lower it | a number |
//! | [`Gauge`] | how things are now | a number or a flag |
//! | [`Timestamp`] | when something happened last | a date |
//! | [`Average`], [`MovingAverage`], [`WindowedAverage`] | the mean of all values, of the last few, of the last seconds | a mean and a count |
//! | [`Timer`] | how long something takes | mean, count, total, minimum, maximum, last |
//! | [`Histogram`] | how values are spread | any percentile |
//! | [`Text`] | a state, a name | a text |
//! | [`Fixed`] | what is known at the start | a value |
//! | [`Family`] of counters, gauges, averages, timers or histograms | the same by tenant, route or status: see [Dimensions](#dimensions) | its series, and their sums |
//!
//! [`MmStats::create`] **publishes** a struct of stats; [`MmStats::options`] sets other options.
//! One thread writes a file, so a [`Published`] struct is [`Send`] but not [`Sync`]; a program with
//! several threads declares a static with [`per_thread!`], and each thread gets its own file.
//! Readers add them up. Stats that aren't known at compile time are added at run time:
//! [`Options::dynamic`] and [`Published::add`], or [`PerThread::try_with_published`] for a thread's
//! own file.
//!
//! To **read**, [`find`] the files and take a snapshot of each with [`StatsFile::read`]. The tools
//! `slurpstats`, `pollstats` and `cleanstats` do that on the command line, `mmash` on a web page. To
//! **follow** files over time, poll a [`Watch`], which keeps them open, and give its updates to
//! [`Changes`], which knows how much of each count is new, whichever programs come and go. To **keep**
//! what files were, take each apart into its [structure](StatsFile::structure), once, and the
//! [words](StatsFile::append_words) of its values at each poll: [`StatsFile::from_parts`] and
//! [`UpdateParts`] make files and updates of them again.
//!
//! # Dimensions
//!
//! Stats of one name can differ in **dimensions**, as `http.requests{method="GET",status="200"}` does
//! from `http.requests{method="POST",status="200"}`: these are two **series** of `http.requests`.
//! Readers add them up over any dimensions (`--by status`), and make labels of them for Prometheus.
//! Three ways to write them:
//!
//! | the values | are written as |
//! | --- | --- |
//! | belong to a field | `#[mmstats(label = "requests", dimensions(status = "2xx"))]`: costs nothing |
//! | are known when a stat is added, as from a configuration | [`Declaration::dimension`] |
//! | come with each event, such as a tenant or a status | a field of the type [`Family`] |
//!
//! ```
//! use mmstats::{Counter, DimensionValue, Dimensions, Family, MmStats, Timer, UpDownCounter};
//!
//! #[derive(Clone, Copy, DimensionValue)]
//! enum Method {
//!     #[mmstats(value = "GET")]
//!     Get,
//!     #[mmstats(value = "POST")]
//!     Post,
//! }
//!
//! #[derive(Dimensions)]
//! struct Answered<'a> {
//!     tenant: &'a str,
//!     method: Method,
//!     status: u16,
//! }
//!
//! #[derive(Dimensions)]
//! struct Route {
//!     method: Method,
//! }
//!
//! #[derive(MmStats)]
//! #[mmstats(prefix = "http.")]
//! struct HttpStats {
//!     /// Requests that were answered.
//!     requests: Family<Counter, Answered<'static>>,
//!     /// Requests that are being answered: of every method from the start.
//!     #[mmstats(all)]
//!     busy: Family<UpDownCounter, Route>,
//!     /// Time to answer one, by pairs of keys and values instead of a struct.
//!     latency: Family<Timer>,
//! }
//!
//! # static DIRECTORY: std::sync::LazyLock<tempfile::TempDir> =
//! #     std::sync::LazyLock::new(|| tempfile::tempdir().unwrap());
//! mmstats::per_thread! {
//! # /*
//!     static STATS: HttpStats = HttpStats::options();
//! # */
//! #   static STATS: HttpStats = HttpStats::options().path(DIRECTORY.path());
//! }
//!
//! # fn answer() -> u16 { 200 }
//! fn handle(tenant: &str, method: Method) {
//!     // A guard may outlive what the request borrows, so it owns its dimensions.
//!     let _busy = STATS.hold(move |stats| stats.busy.get(&Route { method }));
//!     let status = STATS.time(|stats| stats.latency.get(&[("tenant", tenant)]), answer);
//!     STATS.with(|stats| stats.requests.get(&Answered { tenant, method, status }).incr());
//! }
//! # handle("acme", Method::Post);
//! # STATS.with(|stats| {
//! #     let series = Answered { tenant: "acme", method: Method::Post, status: 200 };
//! #     assert_eq!(stats.requests.get(&series).get(), 1);
//! #     assert_eq!(stats.busy.get(&Route { method: Method::Post }).get(), 0);
//! # });
//! ```
//!
//! To find a series that its thread has met takes no lock, no allocation and no system call. To meet a
//! new one does, and each stays: [`Family`] states what series cost, how many there can be, and that
//! what is beyond counts in `http.requests{overflow="true"}`, so the sums are right whatever values
//! come from outside. A family is for values of which there are some hundreds; an id of each request
//! belongs in a log. `cargo run --release --example tenants` shows all of this with the tools.
//!
//! # Async
//!
//! One thread writes a file, and a task may continue in another thread after each `.await`. So a
//! task can hold what belongs to a [`per_thread!`] static, but nothing that belongs to one thread's
//! file:
//!
//! | held across `.await` | |
//! | --- | --- |
//! | [`HoldGuard`], by [`PerThread::hold`] | yes: the thread that drops it subtracts in its own file |
//! | [`TimingGuard`], by [`PerThread::start`]; a future in [`PerThread::time_async`] | yes: the thread in which it ends records it |
//! | [`Stopwatch`] | yes: [`Timer::record`] takes its time |
//! | a [`Published`] struct, or a stat that was added to one, that the task owns | yes: it moves between threads with the task |
//! | [`Timing`], by [`Timer::start`] | no: it refers to one thread's timer |
//! | `&` of a stat, of a struct of stats, of a [`Published`] | no: another thread may be writing there |
//!
//! The last two are compile errors if a runtime requires tasks to be [`Send`]: "the trait `Sync` is
//! not implemented for `dyn UsePerThreadAndItsGuards`". [`PerThread::with`] needs no such form, as
//! its closure ends before anything is awaited.
//!
//! ```
//! use mmstats::{MmStats, Timer, UpDownCounter};
//!
//! #[derive(MmStats)]
//! struct WebStats {
//!     /// Requests that are being answered.
//!     busy: UpDownCounter,
//!     /// Time to answer one, in seconds.
//!     answer: Timer,
//! }
//!
//! mmstats::per_thread! {
//!     static STATS: WebStats = WebStats::options();
//! }
//!
//! # type Request = u32;
//! # type Response = u32;
//! # async fn answer(request: Request) -> Response { request }
//! async fn handle(request: Request) -> Response {
//!     // Both end with the answer, or when the client goes away and the task is cancelled.
//!     let _busy = STATS.hold(|stats| &stats.busy);
//!     STATS.time_async(|stats| &stats.answer, answer(request)).await
//! }
//! ```
//!
//! A guard can also live in a struct, such as the body of a response that is still being sent: its
//! type is `HoldGuard<WebStats>`. In a forked child the parent's guards do nothing. What a guard
//! adds or subtracts in a thread without a file isn't lost: see [`HoldGuard`].
//!
//! # Costs
//!
//! Writing takes no lock, makes no system call and allocates nothing. A counter or gauge costs what
//! a plain load and store cost; a value of several components is written into the half of a double
//! buffer that nobody reads, then the halves swap. Creating a file takes a few microseconds.
//! `benches/README.md` has the measurements, as ratios to bare loads and stores, and the command
//! that takes them.
//!
//! An instance takes one open descriptor and at least one page of memory; twenty counters fit in a
//! page.
//!
//! # Files
//!
//! Files are in `$MMSTATS_PATH`, else in `/dev/shm`, else in the temporary directory. They are
//! called `{CMD}-{PID}-{TID}.mmstats` unless `$MMSTATS_FILES` or [`Options::filename`] sets another
//! name. They are removed when the struct is dropped or the process ends. They stay when it is
//! killed, so that its last values can be read, until `cleanstats` removes them. The format is
//! version 1 of the Python project mmstats, whose tools can read the files too; `spec/FORMAT.md`
//! documents it byte by byte.
//!
//! # What to know before running it in production
//!
//! - **Fork.** A child made by `fork` writes into private memory and never into its parent's files;
//!   its statics get their own files. A child made by the raw `clone` system call runs no fork
//!   handlers and shares its parent's files: don't count there.
//! - **Signal handlers** may count with a struct that the program holds, but not through
//!   [`per_thread!`], whose first use in a thread creates a file. If a handler interrupts a count
//!   of the same stat, one of the two may be lost.
//! - **Global allocators** may count through [`per_thread!`], whatever the library is doing at that
//!   moment: it holds no lock while it allocates or frees. They must not count allocations made
//!   while they count, which would never end. In a [`Family`] of a struct of their own every count is
//!   exact. In one of a struct to which the program is adding a series at that moment, what is new to
//!   the thread may be lost, so let `all` create the series at the start.
//! - **Disks.** If the directory is on a disk, a store can wait hundreds of milliseconds while the
//!   kernel writes its page back. `/dev/shm` is memory and never waits.
//! - **PrivateTmp.** A systemd service with `PrivateTmp=` has a temporary directory that nobody
//!   else sees. Everybody sees `/dev/shm`.
//! - **Other users.** Everybody may create files in `/dev/shm`, with any content. A reader that acts
//!   on what it reads takes only the files of users whom it trusts: [`ReadOptions::owners`],
//!   [`Watch::owners`], [`StatsFile::owner`].
//! - **Log-out.** With `RemoveIPC=yes` systemd-logind clears a user's files in `/dev/shm` when that
//!   user logs out. The program goes on, unread. Set `MMSTATS_PATH` for programs that outlive their
//!   user's session.
//! - **Set-user-ID programs** ignore environment variables: otherwise, whoever starts one could
//!   make it create files anywhere.
//! - **File size limits** (`ulimit -f`) cause an error when a file is created, not the signal
//!   SIGXFSZ.
//! - **Full or missing directories** cause an error when a file is created, and never later. With
//!   [`Options::or_private_memory`] the program instead runs on with stats that nobody sees;
//!   [`PerThread::problem`] reports this, and so does the gauge `sys.unpublished` in the existing
//!   files. Later threads publish what earlier ones couldn't.
//! - **Series.** Each thread has its own stat of each series of a [`Family`] that it has met, so they
//!   cost their size times series times threads. A counter takes 100 to 150 bytes of a file, a timer
//!   100 more (and 800 of heap, unless its `window` is smaller), a histogram 5,000, unless its range or
//!   error is smaller. What doesn't fit into [`Options::capacity`] goes into further files, of which
//!   each takes a descriptor.
//! - **Descriptors.** Each file takes one, with the lock that shows readers that the writer is alive.
//!   A program that closes it, as daemons close all descriptors, goes on publishing. Its number may
//!   then be given to another file, which the library never closes.
//! - **Plugins.** `dlclose` of a shared object that contains the library ends its stats like the
//!   end of a process, and frees their descriptors and maps; a few KiB of heap per instance stay.
//!   The C library keeps the object loaded as long as a thread lives that used [`per_thread!`]
//!   there.
//! - **Old tools.** The Python readers search the temporary directory: run them with
//!   `MMSTATS_PATH=/dev/shm`.
//! - **Linux.** The library needs Linux 3.15 or later: open-file-description locks, `O_TMPFILE`,
//!   `/proc`.
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(not(target_os = "linux"))]
compile_error!("mmstats needs Linux: open-file-description locks, O_TMPFILE and /proc");

#[forbid(unsafe_code)]
mod file;
#[forbid(unsafe_code)]
mod format;
#[allow(unsafe_code, reason = "the one place for it")]
mod memory;
#[forbid(unsafe_code)]
mod publish;
#[forbid(unsafe_code)]
mod read;
#[cfg(all(test, loom))]
#[forbid(unsafe_code)]
mod tests;

pub use file::{
    Life, Processes, ReadError, ReadLimit, Removal, RemoveError, RemoveOptions, Verdict,
    is_stats_file_name, remove_if_dead, would_remove,
};
pub use format::{Aggregate, FormatError, Identity, Kind, Layout, Series, SignatureError};
pub use memory::{Scalar, fork_generation};
pub use mmstats_derive::{DimensionValue, Dimensions, MmStats};
pub use publish::fields::{
    Average, Counter, Fixed, FixedValue, Gauge, Histogram, MovingAverage, NumericScalar, Stopwatch,
    Text, Timer, Timestamp, Timing, UpDownCounter, WindowedAverage,
};
pub use publish::{
    AddError, Attachments, CreateError, Declaration, Declarations, Declare, DeclareError,
    DimensionRef, DimensionValue, Dimensions, EveryCombination, EveryValue, Family,
    FamilyDeclaration, FamilyKind, Field, HoldGuard, MmStats, Options, Pairs, PerThread, Published,
    TimingGuard, Unpublished,
};
pub use read::{
    Aggregator, Bucket, Changes, FieldLayout, FileChange, FileEvent, HistogramSnapshot, Increase,
    ParseAggregatorError, ProcessKey, ReadBudget, ReadOptions, Search, Stat, StatsFile,
    StructureId, Update, UpdateParts, Value, Watch, WatchedFile, find,
};

/// For this repository's macros, recordings, benchmarks and fuzz targets; not part of the API.
#[doc(hidden)]
pub mod __private {
    pub use crate::memory::Slot;
    pub use crate::publish::{
        KindOfStat, Shared, TakesAggregate, TakesAll, TakesDimensions, TakesError, TakesInitial,
        TakesKeep, TakesMax, TakesMaxValue, TakesSize, TakesWindow, Visitor,
    };

    /// The bytes of a stats file.
    pub mod format {
        pub use crate::format::*;
    }

    /// The publish protocol.
    pub mod protocol {
        pub use crate::memory::protocol::{Words, publish};
    }
}

/// The README's code is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
