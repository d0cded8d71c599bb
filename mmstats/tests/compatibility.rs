//! Files of the original and files of ours, read by a reader that knows only the original.

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use mmstats::{
    Attachments, Average, Counter, Declarations, Field, Fixed, Gauge, Layout, MmStats,
    MovingAverage, Options, Published, Text, Timer,
};
use mmstats_testing::kinds::Kinds;
use mmstats_testing::oracle::{self, Value};

/// Files that the original's releases wrote, beside them what its readers showed.
const VECTORS: [&str; 6] = [
    "py-0.6.1-web",
    "py-0.6.1-every",
    "py-0.6.1-big",
    "py-0.8.0-web",
    "py-0.8.0-every",
    "py-0.8.0-big",
];

fn data(name: &str, suffix: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data");
    PathBuf::from(format!("{folder}/{name}.{suffix}"))
}

fn vector(name: &str) -> Vec<u8> {
    fs::read(data(name, "mmstats")).unwrap()
}

/// The labels and values that the original's reader showed, in order.
fn shown_by_the_original(name: &str) -> Vec<(String, serde_json::Value)> {
    let text = fs::read_to_string(data(name, "mmstats.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Integer(number) => match u64::try_from(*number) {
            Ok(number) => number.into(),
            Err(_) => i64::try_from(*number).unwrap().into(),
        },
        Value::Float(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Text(text) => text.as_str().into(),
    }
}

#[test]
fn the_oracle_reads_the_original_s_files() {
    for name in VECTORS {
        let read: Vec<_> = oracle::fields(&vector(name))
            .into_iter()
            .map(|field| (field.label, json(&field.value)))
            .collect();
        assert_eq!(read, shown_by_the_original(name), "{name}");
    }
}

// The original's files, written again by us.

thread_local! {
    /// The fields of the file that is being rewritten, for the values of its process.
    static ORIGINAL: RefCell<Vec<oracle::Field>> = const { RefCell::new(Vec::new()) };
}

fn original(label: &str) -> Value {
    let find = |fields: &Vec<oracle::Field>| {
        fields.iter().find(|field| field.label.ends_with(label)).map(|field| field.value.clone())
    };
    ORIGINAL.with_borrow(find).unwrap()
}

fn integer<T: TryFrom<i128>>(label: &str) -> T {
    match original(label) {
        Value::Integer(number) => T::try_from(number).ok().unwrap(),
        other => panic!("{label} is {other:?}"),
    }
}

fn float(label: &str) -> f64 {
    match original(label) {
        Value::Float(number) => number,
        other => panic!("{label} is {other:?}"),
    }
}

fn text(label: &str) -> String {
    match original(label) {
        Value::Text(text) => text,
        other => panic!("{label} is {other:?}"),
    }
}

/// Publishes like the original, lets `replay` write, and compares all bytes.
#[track_caller]
fn write_again<T: MmStats>(name: &str, replay: impl FnOnce(&T)) {
    let expected = vector(name);
    ORIGINAL.set(oracle::fields(&expected));
    let dir = tempfile::tempdir().unwrap();
    let stats = published::<T>(&dir, T::options().layout(Layout::Packed));
    replay(&stats);
    let mut bytes = fs::read(stats.path().unwrap()).unwrap();
    // If pages are larger than the original's were, more zeros follow.
    assert!(bytes.split_off(expected.len()).iter().all(|byte| *byte == 0), "{name}");
    let differing = (0..expected.len()).find(|&at| bytes[at] != expected[at]);
    assert_eq!(differing, None, "{name}: the first offset that differs");
}

fn published<T: MmStats>(dir: &tempfile::TempDir, options: Options<T>) -> Published<T> {
    options.path(dir.path()).default_fields(false).create().unwrap()
}

#[derive(MmStats)]
#[mmstats(prefix = "web.stats.")]
struct Web {
    #[mmstats(label = "status.3XX")]
    status_3xx: Counter,
    #[mmstats(label = "sys.uid", initial = integer("sys.uid"))]
    _uid: Fixed<u64>,
    #[mmstats(label = "sys.created", initial = float("sys.created"))]
    _created: Fixed<f64>,
    #[mmstats(label = "sys.pid", initial = integer("sys.pid"))]
    _pid: Fixed<u32>,
    #[mmstats(label = "status.4XX")]
    status_4xx: Counter,
    #[mmstats(label = "sys.gid", initial = integer("sys.gid"))]
    _gid: Fixed<u64>,
    #[mmstats(label = "status.5XX")]
    status_5xx: Counter,
    #[mmstats(label = "sys.tid", initial = integer("sys.tid"))]
    _tid: Fixed<i64>,
    #[mmstats(label = "status.2XX")]
    status_2xx: Counter,
    #[mmstats(label = "timers.last_hit")]
    last_hit: Gauge<f64>,
    #[mmstats(label = "org.python.version", initial = text("org.python.version"))]
    _version: Fixed<String>,
}

#[test]
fn a_packed_web_file_is_the_original_s_byte_for_byte() {
    for name in ["py-0.6.1-web", "py-0.8.0-web"] {
        write_again(name, |web: &Web| {
            let statuses = [
                (&web.status_2xx, 7),
                (&web.status_3xx, 14),
                (&web.status_4xx, 21),
                (&web.status_5xx, 28),
            ];
            for (status, times) in statuses {
                (0..times).for_each(|_| status.incr());
            }
            web.last_hit.set(1_413_404_125.25);
        });
    }
}

#[derive(MmStats)]
#[mmstats(prefix = "t.")]
struct Every {
    #[mmstats(label = "si64", initial = -5)]
    _fixed_i64: Fixed<i64>,
    counter: Counter,
    flag_off: Gauge<bool>,
    #[mmstats(label = "sys.uid", initial = integer("sys.uid"))]
    _uid: Fixed<u64>,
    #[mmstats(size = 40)]
    text: Text,
    u64: Gauge<u64>,
    #[mmstats(label = "su32", initial = 4_000_000_000)]
    _fixed_u32: Fixed<u32>,
    avg: Average,
    #[mmstats(label = "sf32", initial = 1.5)]
    _fixed_f32: Fixed<f32>,
    #[mmstats(label = "org.python.version", initial = text("org.python.version"))]
    _version: Fixed<String>,
    #[mmstats(window = 3)]
    mavg: MovingAverage,
    #[mmstats(label = "sys.gid", initial = integer("sys.gid"))]
    _gid: Fixed<u64>,
    #[mmstats(label = "sys.created", initial = float("sys.created"))]
    _created: Fixed<f64>,
    u32: Gauge<u32>,
    #[mmstats(label = "sys.tid", initial = integer("sys.tid"))]
    _tid: Fixed<i64>,
    f64: Gauge<f64>,
    u16: Gauge<u16>,
    flag_on: Gauge<bool>,
    #[mmstats(label = "sys.pid", initial = integer("sys.pid"))]
    _pid: Fixed<u32>,
    i16: Gauge<i16>,
    #[mmstats(label = "sf64", initial = -2.25)]
    _fixed_f64: Fixed<f64>,
    byte: Gauge<i8>,
    #[mmstats(label = "su64", initial = 9_223_372_036_854_775_815)]
    _fixed_u64: Fixed<u64>,
    longtext: Text,
    i32: Gauge<i32>,
    #[mmstats(label = "stext", initial = "static été".to_owned())]
    _fixed_text: Fixed<String>,
    #[mmstats(label = "req.timer")]
    timer: Timer,
    f32: Gauge<f32>,
}

#[test]
fn a_packed_file_of_every_field_is_the_original_s_byte_for_byte() {
    for name in ["py-0.6.1-every", "py-0.8.0-every"] {
        write_again(name, |every: &Every| {
            for amount in [1, 5, 4] {
                every.counter.add(amount);
            }
            every.flag_off.set(false);
            every.text.set("grüße ☃");
            every.u64.set(u64::MAX - 2);
            for value in [1.0, 2.0, 6.0] {
                every.avg.add(value);
            }
            for value in [3.5, 5.5] {
                every.mavg.add(value);
            }
            every.u32.set(u32::MAX - 1);
            every.f64.set(1e300);
            every.u16.set(u16::MAX);
            every.flag_on.set(true);
            every.i16.set(i16::MIN);
            every.byte.set(-100);
            every.longtext.set(&"y".repeat(300));
            every.i32.set(-9001);
            for seconds in [0.125, 0.375] {
                every.timer.record_secs(seconds);
            }
            every.f32.set(0.5);
        });
    }
}

/// Three hundred counters with labels of all lengths, among the default fields.
struct Big(Vec<Counter>);

impl MmStats for Big {
    const NAME: &'static str = "Big";

    fn declare(fields: &mut Declarations) {
        let labels: Vec<_> =
            ORIGINAL.with_borrow(|all| all.iter().map(|field| field.label.clone()).collect());
        for label in labels {
            match label.as_str() {
                "sys.pid" => fields.add(Fixed::<u32>::named("sys.pid").initial(integer(&label))),
                "sys.tid" => fields.add(Fixed::<i64>::named("sys.tid").initial(integer(&label))),
                "sys.uid" => fields.add(Fixed::<u64>::named("sys.uid").initial(integer(&label))),
                "sys.gid" => fields.add(Fixed::<u64>::named("sys.gid").initial(integer(&label))),
                "sys.created" => fields.add(Fixed::named("sys.created").initial(float(&label))),
                "org.python.version" => {
                    fields.add(Fixed::named("org.python.version").initial(text(&label)));
                }
                _ => fields.add(Counter::named(label)),
            }
        }
    }

    fn attach(fields: &mut Attachments) -> Self {
        let mut counters = Vec::new();
        ORIGINAL.with_borrow(|all| {
            for field in all {
                match field.label.as_str() {
                    "sys.pid" => drop(fields.next::<Fixed<u32>>()),
                    "sys.tid" => drop(fields.next::<Fixed<i64>>()),
                    "sys.uid" | "sys.gid" => drop(fields.next::<Fixed<u64>>()),
                    "sys.created" => drop(fields.next::<Fixed<f64>>()),
                    "org.python.version" => drop(fields.next::<Fixed<String>>()),
                    _ => counters.push(fields.next()),
                }
            }
        });
        Self(counters)
    }

    fn retire(&self) {}
}

#[test]
fn a_packed_file_of_seven_pages_is_the_original_s_byte_for_byte() {
    for name in ["py-0.6.1-big", "py-0.8.0-big"] {
        write_again(name, |big: &Big| {
            let labels = oracle::fields(&vector(name)).into_iter().map(|field| field.label);
            let numbers = labels.filter_map(|label| {
                label.strip_prefix("long.label.")?.get(..3)?.parse::<u64>().ok()
            });
            assert_eq!(big.0.len(), 300);
            for (counter, number) in big.0.iter().zip(numbers) {
                counter.add(number * number);
            }
        });
    }
}

// Files of ours, read by the oracle.

/// The prefixes shift every field to other offsets.
fn prefixes() -> impl Iterator<Item = String> {
    (0..16).map(|size| "p".repeat(size))
}

fn read<T>(stats: &Published<T>) -> Vec<oracle::Field> {
    oracle::fields(&fs::read(stats.path().unwrap()).unwrap())
}

#[track_caller]
fn assert_shown(read: &[oracle::Field], prefix: &str) {
    let read: Vec<_> = read.iter().map(|field| (field.label.as_str(), &field.value)).collect();
    let shown = Kinds::shown();
    let labels: Vec<_> = shown.iter().map(|(label, _)| format!("{prefix}{label}")).collect();
    let expected: Vec<_> =
        labels.iter().map(String::as_str).zip(shown.iter().map(|(_, value)| value)).collect();
    assert_eq!(read, expected);
}

#[test]
fn every_kind_of_a_packed_file_is_read_by_the_oracle() {
    let dir = tempfile::tempdir().unwrap();
    for prefix in prefixes() {
        let options = Kinds::options().layout(Layout::Packed).prefix(&prefix);
        let stats = published(&dir, options);
        stats.write();
        assert_shown(&read(&stats), &prefix);
    }
}

#[test]
fn every_kind_of_an_aligned_file_is_read_by_the_oracle_and_stands_aligned() {
    let dir = tempfile::tempdir().unwrap();
    for prefix in prefixes() {
        let stats = published(&dir, Kinds::options().prefix(&prefix));
        stats.write();
        let fields = read(&stats);
        assert_shown(&fields, &prefix);
        for field in fields {
            let (offset, size) = field.position;
            let fixed_text = size == 256;
            let align = if size <= 8 { size } else { 8 };
            assert!(fixed_text || offset.is_multiple_of(align), "{} at {offset}", field.label);
        }
    }
}

#[test]
fn a_field_that_was_added_to_a_live_file_is_read_by_the_oracle() {
    let dir = tempfile::tempdir().unwrap();
    let stats = published(&dir, Kinds::options().capacity(4096));
    stats.write();
    let later: Counter = stats.add(Counter::named("later")).unwrap();
    later.add(7);
    let text: Text = stats.add(Text::named("later still").size(10)).unwrap();
    text.set("here");
    let fields = read(&stats);
    let (before, added) = fields.split_at(fields.len() - 2);
    assert_shown(before, "");
    assert_eq!((added[0].label.as_str(), &added[0].value), ("later", &Value::Integer(7)));
    assert_eq!(added[1].value, Value::Text("here".into()));
    assert!(added.iter().all(|field| field.position.0.is_multiple_of(8)));
}
