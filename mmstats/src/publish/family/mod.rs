//! Series of one name, made as a thread meets the values of their dimensions.

mod admission;
mod declaration;
mod kind;
mod sinks;
mod table;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::{fmt, mem};

use admission::Admission;
use declaration::Combination;
pub(super) use declaration::DeclaredFamily;
pub use declaration::FamilyDeclaration;
pub use kind::FamilyKind;
pub(super) use sinks::Sinks;
use table::Table;

use super::dimensions::{Dimensions, Hasher, Pairs};
use super::growth::Growth;
use crate::format::{DeclaredField, OVERFLOW, Series};
use crate::memory::OneThread;

/// The series of one name, which differ in their dimensions: requests by tenant and status.
///
/// [`get`](Self::get) finds the stat of a set of dimensions, and creates it if it is new. `L` is a
/// struct with `#[derive(Dimensions)]`; without it, dimensions are pairs of keys and values.
///
/// ```
/// use mmstats::{Counter, DimensionValue, Dimensions, Family, MmStats, Timer};
///
/// #[derive(DimensionValue)]
/// enum Method {
///     #[mmstats(value = "GET")]
///     Get,
///     #[mmstats(value = "POST")]
///     Post,
/// }
///
/// #[derive(Dimensions)]
/// struct Request<'a> {
///     tenant: &'a str,
///     method: Method,
///     status: u16,
/// }
///
/// #[derive(MmStats)]
/// #[mmstats(prefix = "http.")]
/// struct HttpStats {
///     /// Requests that were answered.
///     requests: Family<Counter, Request<'static>>,
///     /// Time to answer one.
///     latency: Family<Timer>,
/// }
///
/// # let directory = tempfile::tempdir()?;
/// let stats = HttpStats::options().path(directory.path()).create()?;
/// let tenant = String::from("acme");
/// let request = Request { tenant: &tenant, method: Method::Get, status: 200 };
/// stats.requests.get(&request).incr();
/// stats.latency.get(&[("tenant", &tenant)]).time(|| "an answer");
///
/// let file = mmstats::StatsFile::read(stats.path().unwrap())?;
/// let label = r#"http.requests{method="GET",status="200",tenant="acme"}"#;
/// assert_eq!(file.get(label).unwrap().value().to_string(), "1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
///
/// To find a series takes a hash and a comparison: no lock, no allocation, no system call. A
/// reference to a stat stays good as long as the struct is borrowed, so a loop needs to find it only
/// once.
///
/// Each thread has its own stat of each series that it has met, as it has of every other stat: a
/// counter takes some 150 bytes in a file, so 2,000 series in 16 threads take 5 MB. They go into the
/// [`capacity`](crate::Options::capacity) of the thread's file, and then into further files of 16
/// KiB, doubling to 1 MiB, of which each takes a descriptor. Series are never removed.
///
/// # Limits
///
/// Values may come from outside, so their number is bounded: a process has at most 2,000 series of a
/// name ([`max`](FamilyDeclaration::max) changes it) and 10,000 in all, with labels of up to 1,024
/// bytes (255 in a packed file). Families of one name share its limit. What is beyond that, and what
/// finds no room in a file, counts in the series `name{overflow="true"}`, so the sum of all series
/// stays right. A gauge beyond the limits is seen by nobody.
///
/// The process decides, not the thread: a series has a stat of its own in every thread or in none, so
/// what it shows is everything. Only if a thread has no room, because the file system is full or no
/// descriptor is left, for a series that others have already, does its part count as overflow.
///
/// # Threads and processes
///
/// With [`per_thread!`](crate::per_thread) a thread that takes over the instance of one that has ended
/// finds its series; gauges have their initial values then. A forked child begins without series. A
/// [`HoldGuard`](crate::HoldGuard) can be of a family's series:
/// `STATS.hold(move |stats| stats.busy.get(&dimensions))`.
pub struct Family<F, L = Pairs> {
    /// First, for the compiler's message.
    one_thread: OneThread,
    hasher: Hasher,
    table: Table<F>,
    overflow: OnceCell<F>,
    /// Counts nowhere.
    sink: F,
    admission: Admission,
    declared: DeclaredFamily,
    growth: Arc<Growth>,
    set: PhantomData<fn(&L)>,
}

impl<F: FamilyKind, L: Dimensions> Family<F, L> {
    /// Declares a family of this name, as the derive macro does for a field.
    pub fn named(name: impl Into<Cow<'static, str>>) -> FamilyDeclaration<F, L> {
        FamilyDeclaration::new(name.into())
    }

    pub(super) fn attach(declared: DeclaredFamily, sink: F, growth: Arc<Growth>) -> Self {
        let mut family = Self {
            one_thread: PhantomData,
            hasher: declared.hasher,
            table: Table::new(),
            overflow: OnceCell::new(),
            sink,
            admission: Admission::new(&declared.template.label, declared.max),
            declared,
            growth,
            set: PhantomData,
        };
        for Combination { hash, key, series } in mem::take(&mut family.declared.every) {
            family.add(series.compose()).and_then(|stat| family.table.insert(hash, key, stat));
        }
        family
    }

    /// The stat of these dimensions; a new one begins at 0 and is visible from now on.
    ///
    /// Never fails: see [Limits](Self#limits).
    #[inline]
    pub fn get(&self, dimensions: &L::Of<'_>) -> &F {
        let hash = L::quick_hash(dimensions, self.hasher);
        match self.table.find(hash, |key| L::has_key(dimensions, key)) {
            Some(stat) => stat,
            None => self.find_or_meet(dimensions),
        }
    }

    /// The same, where some of the dimensions don't count or haven't been met.
    #[cold]
    fn find_or_meet(&self, dimensions: &L::Of<'_>) -> &F {
        let hash = L::hash(dimensions, self.hasher);
        let known = || self.table.find(hash, |key| L::has_key(dimensions, key));
        let add = |label| {
            let stat = self.add(label)?;
            self.table.insert(hash, L::key(dimensions), stat)
        };
        let meet = || {
            let label = self.label(dimensions).filter(|label| self.admission.is_possible(label))?;
            // The program's own code, by which values become text and memory is allocated, may meet
            // the same.
            known().or_else(|| add(label)).or_else(known)
        };
        known().or_else(meet).unwrap_or_else(|| self.overflow())
    }

    /// The label, if there can be one.
    fn label(&self, dimensions: &L::Of<'_>) -> Option<String> {
        let mut series = Series::parse(&self.declared.template.label);
        let (mut size, mut is_sound) = (0, true);
        L::each(dimensions, |key, value| {
            let value = value.text();
            size += key.len() + value.len();
            is_sound &= !key.is_empty() && key != OVERFLOW && size <= self.declared.longest;
            // A value may have any size: not even a copy is made of one that is too long.
            if is_sound {
                series.set(key.into(), value);
            }
        });
        let label = is_sound.then(|| series.compose())?;
        (label.len() <= self.declared.longest).then_some(label)
    }

    fn add(&self, label: String) -> Option<F> {
        let decide = |label: &str, has_room| self.admission.decide(label, has_room);
        self.growth.add_series(self.declared_as(label), decide)
    }

    fn declared_as(&self, label: String) -> DeclaredField {
        DeclaredField { label, ..self.declared.template.clone() }
    }

    /// The stat for what has none of its own.
    fn overflow(&self) -> &F {
        if !F::OVERFLOWS {
            return &self.sink;
        }
        if self.overflow.get().is_none() {
            let declared = self.declared_as(self.declared.overflow.clone());
            if let Some(stat) = self.growth.add_reserved(declared, self.declared.reserved) {
                let _first = self.overflow.set(stat);
            }
        }
        self.overflow.get().unwrap_or(&self.sink)
    }

    /// Resets gauges to their initial values: see [`Field::retire`](crate::Field::retire).
    pub(super) fn retire(&self) {
        self.table.iter().for_each(F::reset);
    }
}

impl<F: FamilyKind + fmt::Debug, L: Dimensions> fmt::Debug for Family<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family")
            .field("name", &self.declared.template.label)
            .field("series", &self.table.iter().count())
            .finish_non_exhaustive()
    }
}
