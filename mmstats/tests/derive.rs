//! What the derive macro makes of a struct, read back from the file.
//!
//! The strictest lints apply here as in a user's crate: the macro's output must pass them.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]

use std::sync::atomic::{AtomicU64, Ordering};

use mmstats::{
    Aggregate, Average, Counter, Fixed, Gauge, Histogram, MmStats, MovingAverage, Options,
    StatsFile, Text, Timer, Timestamp, UpDownCounter, Value, WindowedAverage,
};
use tempfile::TempDir;

/// The stats that `options` create, and their file, without the default fields.
struct Written<T: MmStats> {
    stats: mmstats::Published<T>,
    file: StatsFile,
    _directory: TempDir,
}

fn written_with<T: MmStats>(options: Options<T>) -> Written<T> {
    let directory = tempfile::tempdir().unwrap();
    let stats = options.path(directory.path()).default_fields(false).create().unwrap();
    let file = StatsFile::read(stats.path().unwrap()).unwrap();
    Written { stats, file, _directory: directory }
}

fn written<T: MmStats>() -> Written<T> {
    written_with(T::options())
}

impl<T: MmStats> Written<T> {
    fn labels(&self) -> Vec<String> {
        self.file.stats().map(|stat| stat.label().into_owned()).collect()
    }

    fn value(&self, label: &str) -> Value<'_> {
        self.file.get(label).unwrap().value()
    }
}

/// The struct of the crate's front page, with more of everything.
#[derive(MmStats)]
#[mmstats(prefix = "web.stats.")]
struct WebStats {
    /// Responses with
    /// a 2XX status.
    ///
    /// Redirects are counted elsewhere.
    #[mmstats(label = "status.2XX", unit = "responses")]
    status_2xx: Counter,
    /// Requests in flight.
    #[mmstats(aggregate = "max")]
    #[mmstats(unit = "requests")]
    in_flight: Gauge<u32>,
    #[mmstats(aggregate = "min")]
    oldest: Gauge<f64>,
    #[mmstats(aggregate = "each")]
    per_thread: Counter,
    #[mmstats(aggregate = "sum")]
    load: Gauge<f64>,
    render: Timer,
}

#[test]
fn attributes_and_doc_comments_reach_the_file() {
    let web = written::<WebStats>();
    assert_eq!(
        web.labels(),
        [
            "web.stats.status.2XX",
            "web.stats.in_flight",
            "web.stats.oldest",
            "web.stats.per_thread",
            "web.stats.load",
            "web.stats.render"
        ]
    );
    let shown: Vec<_> = web
        .file
        .stats()
        .map(|stat| (stat.unit(), stat.help(), stat.aggregate().unwrap()))
        .collect();
    let help = "Responses with a 2XX status.\nRedirects are counted elsewhere.";
    assert_eq!(shown[0], ("responses", help, Aggregate::Sum));
    assert_eq!(shown[1], ("requests", "Requests in flight.", Aggregate::Max));
    assert_eq!(shown[2].2, Aggregate::Min);
    assert_eq!(shown[3].2, Aggregate::Each);
    assert_eq!(shown[4], ("", "", Aggregate::Sum));
    assert_eq!(shown[5].2, Aggregate::Sum, "a timer's own");
    assert_eq!(web.file.identity().unwrap().struct_name, "WebStats");
}

#[test]
fn each_field_writes_its_own_stat() {
    let web = written::<WebStats>();
    web.stats.status_2xx.add(3);
    web.stats.in_flight.set(2);
    web.stats.oldest.set(0.5);
    web.stats.per_thread.incr();
    web.stats.load.set(1.5);
    web.stats.render.record_secs(0.25);
    let file = StatsFile::read(web.stats.path().unwrap()).unwrap();
    let values: Vec<_> = file.stats().map(|stat| stat.value().to_string()).collect();
    assert_eq!(values, ["3", "2", "0.5", "1", "1.5", "0.25"]);
}

#[test]
fn a_prefix_of_the_options_replaces_the_struct_s() {
    let web = written_with(WebStats::options().prefix("api."));
    assert_eq!(web.labels()[0], "api.status.2XX");
}

#[test]
fn a_retired_instance_is_back_at_its_initial_values() {
    #[derive(MmStats)]
    struct Worker {
        done: Counter,
        #[mmstats(initial = -1)]
        job: Gauge<i64>,
        #[mmstats(initial = "idle", size = 8)]
        state: Text,
    }

    let worker = written::<Worker>().stats;
    worker.done.incr();
    worker.job.set(7);
    worker.state.set("busy");
    MmStats::retire(&*worker);
    assert_eq!((worker.done.get(), worker.job.get()), (1, -1));
    assert_eq!(worker.state.get(), "idle");
}

#[test]
fn every_kind_takes_its_settings() {
    #[derive(MmStats)]
    struct EveryKind {
        #[mmstats(initial = true)]
        ready: Gauge<bool>,
        #[mmstats(initial = 1_700_000_000.0)]
        started: Timestamp,
        latency: Average,
        #[mmstats(window = 2)]
        recent: MovingAverage,
        #[mmstats(window = 60)]
        last_minute: WindowedAverage,
        #[mmstats(window = 2)]
        render: Timer,
        #[mmstats(error = 0.1, max = 1 << 20)]
        sizes: Histogram,
        #[mmstats(size = 3, initial = "abcdef")]
        short: Text,
        #[mmstats(initial = env!("CARGO_PKG_NAME"))]
        package: Fixed<String>,
        #[mmstats(initial = std::iter::repeat_n('x', 3).collect::<String>())]
        owned: Fixed<String>,
        #[mmstats(initial = env!("CARGO_PKG_VERSION"))]
        version: Fixed<&'static str>,
        #[mmstats(initial = 5_usize.pow(2))]
        queues: Fixed<usize>,
        #[mmstats(initial = usize::MAX)]
        length: Gauge<usize>,
        #[mmstats(initial = isize::MIN)]
        balance: Gauge<isize>,
    }

    #[derive(MmStats)]
    struct Finer {
        #[mmstats(error = 0.01, max = 1 << 20)]
        sizes: Histogram,
    }

    let every = written::<EveryKind>();
    assert_eq!(every.value("ready"), Value::Bool(true));
    assert_eq!(every.value("started"), Value::Float(1_700_000_000.0));
    assert_eq!(every.value("short"), Value::Text("abc".into()));
    assert_eq!(every.value("package"), Value::Text("mmstats".into()));
    assert_eq!(every.value("owned"), Value::Text("xxx".into()));
    assert_eq!(every.value("version"), Value::Text(env!("CARGO_PKG_VERSION").into()));
    assert_eq!(every.stats.version.get(), env!("CARGO_PKG_VERSION"));
    assert_eq!(every.value("queues"), Value::Unsigned(25));
    assert_eq!(every.value("length"), Value::Unsigned(usize::MAX as u64));
    assert_eq!(every.value("balance"), Value::Signed(isize::MIN as i64));
    every.stats.length.add(6);
    every.stats.balance.decr();
    assert_eq!((every.stats.length.get(), every.stats.balance.get()), (5, isize::MAX));
    let EveryKind { latency, recent, last_minute, render, sizes, .. } = &*every.stats;
    for value in [1.0, 2.0, 4.0] {
        latency.add(value);
        recent.add(value);
        last_minute.add(value);
        render.record_secs(value);
    }
    sizes.record(1 << 30);
    let file = StatsFile::read(every.stats.path().unwrap()).unwrap();
    for of_the_last_two in ["recent", "render"] {
        assert_eq!(file.get(of_the_last_two).unwrap().value(), Value::Float(3.0));
    }
    let buckets = |file: &StatsFile| file.get("sizes").unwrap().components().count();
    let (_, last) = file.get("sizes").unwrap().components().last().unwrap();
    assert_eq!(last, Value::Unsigned(1), "beyond the greatest");

    let finer = written::<Finer>();
    finer.stats.sizes.record(1);
    assert!(buckets(&finer.file) > buckets(&file));
}

#[test]
fn debug_prints_values() {
    #[derive(Debug, MmStats)]
    struct Printed {
        hits: Counter,
        in_flight: UpDownCounter,
        ready: Gauge<bool>,
        last: Timestamp,
        size: Average,
        recent: MovingAverage,
        minute: WindowedAverage,
        render: Timer,
        spread: Histogram,
        state: Text,
        #[mmstats(initial = "1.2")]
        version: Fixed<&'static str>,
    }

    let printed = written::<Printed>();
    let Printed {
        hits, in_flight, ready, last, size, recent, minute, render, spread, state, ..
    } = &*printed.stats;
    hits.add(3);
    in_flight.add(-2);
    ready.set(true);
    last.set(1e9);
    spread.record(7);
    state.set("busy");
    for value in [1.0, 2.0] {
        size.add(value);
        recent.add(value);
        minute.add(value);
        render.record_secs(value);
    }
    let expected = "Printed { \
         hits: Counter(3), in_flight: UpDownCounter(-2), ready: Gauge(true), last: Timestamp(1000000000.0), \
         size: Average { mean: 1.5, count: 2, total: 3.0 }, \
         recent: MovingAverage { mean: 1.5, count: 2 }, \
         minute: WindowedAverage { mean: 1.5, count: 2 }, \
         render: Timer { mean: 1.5, count: 2, total: 3.0, min: 1.0, max: 2.0, last: 2.0 }, \
         spread: Histogram { count: 1 }, state: Text(\"busy\"), version: Fixed(\"1.2\") }";
    assert_eq!(format!("{:?}", *printed.stats), expected);
    let path = printed.stats.path();
    let published = format!("Published {{ path: {path:?}, stats: {expected}, .. }}");
    assert_eq!(format!("{:?}", printed.stats), published);
    let timing = format!("{:?}", render.start());
    assert!(timing.contains("last: 2.0 }, watch: Stopwatch("), "{timing}");
    assert!(timing.ends_with("s) }"), "a duration: {timing}");
}

#[test]
fn what_debug_prints_of_a_static_says_whose_it_is() {
    #[derive(MmStats)]
    struct Unprintable {}

    mmstats::per_thread! {
        static STATS: Unprintable = Unprintable::options();
    }

    assert_eq!(format!("{STATS:?}"), "PerThread { stats: \"Unprintable\", .. }");
}

#[test]
fn expressions_are_evaluated_at_each_creation() {
    static CREATED: AtomicU64 = AtomicU64::new(0);

    fn pair<A: Into<u64>, B: Into<u64>>(a: A, b: B) -> u64 {
        a.into() + b.into()
    }

    #[derive(MmStats)]
    struct Expressions {
        #[mmstats(initial = CREATED.fetch_add(1, Ordering::Relaxed) + Self::FIRST)]
        instance: Fixed<u64>,
        #[mmstats(initial = if cfg!(any(unix, windows)) { 1 } else { 2 }, unit = "kinds")]
        choice: Gauge<u8>,
        #[mmstats(unit = "pairs", initial = pair::<u32, u8>(3, 4))]
        generic: Gauge<u64>,
        #[mmstats(initial = { let fields = 2; fields + 3 })]
        block: Gauge<i8>,
        #[mmstats(initial = match Some((1, 2)) { Some((one, two)) => one + two, None => 0 })]
        arms: Gauge<u16>,
        #[mmstats(initial = [3, 5].iter().fold(0, |rest, one| rest - one))]
        closure: Gauge<i32>,
        #[mmstats(initial = -5.0 / 2.0)]
        negative: Gauge<f32>,
    }

    impl Expressions {
        const FIRST: u64 = 10;
    }

    for instance in [10, 11] {
        let made = written::<Expressions>();
        let values: Vec<_> = made.file.stats().map(|stat| stat.value().to_string()).collect();
        let instance = instance.to_string();
        assert_eq!(values, [&*instance, "1", "7", "5", "3", "-8", "-2.5"]);
        assert_eq!(made.file.get("choice").unwrap().unit(), "kinds");
    }
}

#[test]
fn a_skipped_field_is_the_program_s_own() {
    #[derive(MmStats)]
    struct Skipping {
        /// Not published, so no help either.
        #[mmstats(skip)]
        names: Vec<String>,
        hits: Counter,
        #[mmstats(skip)]
        limit: Option<u32>,
    }

    let skipping = written::<Skipping>();
    assert_eq!(skipping.labels(), ["hits"]);
    assert!(skipping.stats.names.is_empty() && skipping.stats.limit.is_none());
    skipping.stats.hits.incr();
}

#[test]
fn raw_identifiers_lose_their_prefix() {
    #[derive(MmStats)]
    struct r#Raw {
        r#type: Counter,
        r#match: Counter,
    }

    let raw = written::<r#Raw>();
    assert_eq!(raw.labels(), ["type", "match"]);
    assert_eq!(<r#Raw as MmStats>::NAME, "Raw");
    raw.stats.r#type.incr();
}

#[test]
fn labels_are_any_text() {
    #[derive(MmStats)]
    struct Labels {
        #[mmstats(label = "größe")]
        size: Counter,
        #[mmstats(label = r#"a "quoted" one"#)]
        quoted: Counter,
        #[mmstats(label = "dots.and spaces")]
        dots: Counter,
    }

    let labels = written::<Labels>();
    assert_eq!(labels.labels(), ["größe", "a \"quoted\" one", "dots.and spaces"]);
}

#[test]
fn a_struct_may_come_from_a_macro() {
    macro_rules! stats {
        ($name:ident, $prefix:literal, $($field:ident: $type:ty = $label:literal, $initial:expr;)*) => {
            #[derive(MmStats)]
            #[mmstats(prefix = $prefix)]
            struct $name {
                $(
                    #[doc = $label]
                    #[mmstats(label = $label, initial = $initial)]
                    $field: $type,
                )*
            }
        };
    }

    stats!(Made, "made.", low: Gauge<i32> = "lowest", 1 - 2; high: Gauge<i32> = "highest", 2 + 3;);
    let made = written::<Made>();
    assert_eq!(made.labels(), ["made.lowest", "made.highest"]);
    assert_eq!(made.file.get("made.highest").unwrap().help(), "highest");
    assert_eq!((made.stats.low.get(), made.stats.high.get()), (-1, 5));
}

#[test]
fn a_struct_may_have_no_fields_and_deprecated_ones() {
    #[derive(MmStats)]
    struct Empty {}

    #[derive(MmStats)]
    struct Old {
        /// Nobody counts these any more.
        #[deprecated]
        visits: Counter,
        /// The parts of names stay as they are.
        self_: Counter,
        fields: Counter,
    }

    assert!(written::<Empty>().labels().is_empty());
    assert_eq!(written::<Old>().labels(), ["visits", "self_", "fields"]);
}

/// Names of the language and the library that mean something else in the user's module.
pub mod shadowed {
    /// Not the trait of the prelude.
    pub trait Default {}
    /// Not the trait of the library.
    pub trait Field {
        /// Not the library's method, which has the same name.
        fn retire(&self) {}
        /// Nor this.
        #[must_use]
        fn help(self, _text: str) -> Self
        where
            Self: Sized,
        {
            self
        }
    }
    impl<T> Field for T {}
    /// Not the text type.
    #[expect(non_camel_case_types)]
    pub struct str;
    /// Not the enum of the prelude.
    pub enum Option {}
    /// Not the enum of the prelude.
    pub enum Result {}
    /// Not the enum of the library.
    pub enum Aggregate {}
    /// Not the type of the library.
    pub struct Declarations;
    /// Not what the macro declares and attaches.
    #[must_use]
    pub fn fields() -> u64 {
        7
    }
    /// Not the crate.
    pub mod core {}
    /// Not the crate.
    pub mod mmstats {}

    /// The derive has to find its own names.
    #[derive(::mmstats::MmStats)]
    #[mmstats(prefix = "shadowed.")]
    pub struct Stats {
        /// How often.
        #[mmstats(aggregate = "sum", unit = "hits")]
        pub hits: ::mmstats::Counter,
        /// Which function is called.
        #[mmstats(initial = fields())]
        pub called: ::mmstats::Fixed<u64>,
        /// Not a stat.
        #[mmstats(skip)]
        pub skipped: u8,
    }
}

#[test]
fn user_names_do_not_clash_with_the_macro_s() {
    let stats = written::<shadowed::Stats>();
    let hits = stats.file.get("shadowed.hits").unwrap();
    assert_eq!((hits.unit(), hits.help()), ("hits", "How often."));
    assert_eq!((stats.stats.called.get(), stats.stats.skipped), (7, 0));
}
