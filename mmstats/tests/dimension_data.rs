//! `tests/data` has files of ours with dimensions, and beside them what the original's reader showed.
//!
//! `cargo test -p mmstats --test dimension_data -- --ignored` writes the files again.

use std::fs;
use std::path::PathBuf;

use mmstats::__private::format::{Trailer, checksum, load_u32};
use mmstats::{
    Average, Counter, Field, Fixed, Gauge, Histogram, Kind, Layout, Options, Published, Series,
    StatsFile, Text, Timer, UpDownCounter,
};
use mmstats_testing::oracle::{self, Value};

/// The original's pollstats ends at a label whose size is a multiple of this.
const TRAP: usize = 256;

/// Every label with its kind, in order.
fn expected() -> Vec<(Series<'static>, Kind)> {
    let requests = Series::new("requests").with("method", "GET");
    let trap = TRAP - r#"requests{method="GET",path=""}"#.len();
    let odd = "a \"b\" \\ c\nd, {e}=";
    vec![
        (Series::new("sys.pid"), Kind::Info),
        (requests.clone().with("status", "200"), Kind::Counter),
        (requests.clone().with("status", "404"), Kind::Counter),
        (Series::new("requests").with("overflow", "true"), Kind::Counter),
        (Series::new("busy").with("pool", "db"), Kind::UpDownCounter),
        (Series::new("load {1m}").with("node", "n1"), Kind::Gauge),
        (Series::new("latency").with("path", odd), Kind::Timer),
        (Series::new("length").with("my-key", "x").with("le", "5"), Kind::Average),
        (Series::new("size").with("to", "disk"), Kind::Histogram),
        (Series::new(r#"state{of="all"}"#), Kind::Info),
        (requests.with("path", "/".repeat(trap)), Kind::Counter),
        (Series::new("behind").with("the", "trap"), Kind::Counter),
        (Series::new("version").with("of", "all"), Kind::Info),
    ]
}

/// Writes a file with all of them.
fn publish(options: Options<()>) -> Published<()> {
    fn add<F: Field>(stats: &Published<()>, label: &str) -> F {
        stats.add(F::named(label.to_owned())).unwrap()
    }
    let stats = options.default_fields(false).create().unwrap();
    let labels: Vec<_> = expected().iter().map(|(series, _)| series.compose()).collect();
    assert_eq!(labels[10].len(), TRAP + 1);
    stats.add(Fixed::<u32>::named(labels[0].clone()).initial(21_302)).unwrap();
    for (label, amount) in labels[1..4].iter().zip([7, 2, 40]) {
        add::<Counter>(&stats, label).add(amount);
    }
    add::<UpDownCounter>(&stats, &labels[4]).add(-3);
    add::<Gauge<f64>>(&stats, &labels[5]).set(0.75);
    let latency: Timer = add(&stats, &labels[6]);
    for seconds in [0.125, 0.375] {
        latency.record_secs(seconds);
    }
    add::<Average>(&stats, &labels[7]).add(2.5);
    let size: Histogram =
        stats.add(Histogram::named(labels[8].clone()).max(63).error(0.2)).unwrap();
    size.record(0);
    // Of a size that lets the long label of a packed file stand at an even offset.
    let text: Text = stats.add(Text::named(labels[9].clone()).size(21)).unwrap();
    text.set("all's well");
    add::<Counter>(&stats, &labels[10]).add(9);
    add::<Counter>(&stats, &labels[11]).add(11);
    stats.add(Fixed::named(labels[12].clone()).initial("1.0".to_owned())).unwrap();
    stats
}

fn options(directory: &tempfile::TempDir, layout: Layout) -> Options<()> {
    Options::dynamic("Dimensions").layout(layout).path(directory.path())
}

/// The names of the files, and their layouts.
const FILES: [(&str, Layout); 2] =
    [("dimensions-aligned", Layout::Aligned), ("dimensions-packed", Layout::Packed)];

fn path(name: &str, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}/../tests/data/{name}.{suffix}", env!("CARGO_MANIFEST_DIR")))
}

/// A new file's bytes.
fn written(layout: Layout) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let stats = publish(options(&directory, layout));
    fs::read(stats.path().unwrap()).unwrap()
}

/// Where the fields end.
fn chain_end(bytes: &[u8]) -> usize {
    let file = StatsFile::from_bytes("new", bytes).unwrap();
    let last = file.stats().last().unwrap().field_layout();
    let (offset, value) = last.buffers.last().unwrap();
    offset + value.len()
}

#[test]
fn the_files_have_every_label_that_a_writer_gives_them() {
    for (name, layout) in FILES {
        let file = StatsFile::read(path(name, "mmstats")).unwrap();
        assert!(file.problem().is_none() && file.has_trailer() == (layout == Layout::Aligned));
        let found = file.stats().map(|stat| stat.series());
        assert!(found.eq(expected().into_iter().map(|(series, _)| series)), "{file:?}");
        if layout == Layout::Aligned {
            let kinds = file.stats().map(|stat| stat.kind().unwrap());
            assert!(kinds.eq(expected().into_iter().map(|(_, kind)| kind)), "{file:?}");
        }
        assert!(file.stats().all(|stat| !stat.label().len().is_multiple_of(TRAP)));
    }
}

#[test]
fn the_files_are_what_is_written_now() {
    for (name, layout) in FILES {
        let (kept, new) = (fs::read(path(name, "mmstats")).unwrap(), written(layout));
        let end = chain_end(&new);
        let differing = (0..end).find(|&at| kept[at] != new[at]);
        assert_eq!(differing, None, "{name}: the first offset that differs");
    }
}

#[test]
fn the_original_showed_the_same_as_the_naive_reader() {
    for (name, _) in FILES {
        let shown = fs::read_to_string(path(name, "mmstats.json")).unwrap();
        let shown: Vec<(String, serde_json::Value)> = serde_json::from_str(&shown).unwrap();
        let fields = oracle::fields(&fs::read(path(name, "mmstats")).unwrap());
        assert_eq!(fields.len(), shown.len(), "{name}");
        for (field, (label, shown)) in fields.iter().zip(&shown) {
            let is_same = match &field.value {
                Value::Integer(value) => shown.as_i64().map(i128::from) == Some(*value),
                Value::Float(value) => shown.as_f64() == Some(*value),
                Value::Flag(value) => shown.as_bool() == Some(*value),
                Value::Text(value) => shown.as_str() == Some(value),
            };
            assert!(field.label == *label && is_same, "{name}: {field:?} {label} {shown}");
        }
    }
}

/// Names nobody: the program, the machine and its boot are those of no one.
fn anonymous(mut bytes: Vec<u8>) -> Vec<u8> {
    let footer = bytes.len() - 64;
    let at = load_u32(&bytes, footer + 24).unwrap() as usize;
    let mut identity = vec![0; footer - at];
    for (offset, id) in [(0, 21_302_u64), (8, 21_302)] {
        identity[offset..offset + 8].copy_from_slice(&id.to_ne_bytes());
    }
    let texts = ["program", "host", "Dimensions"];
    let mut end = 56;
    for (number, text) in texts.iter().enumerate() {
        let size = 48 + 2 * number;
        identity[size..size + 2].copy_from_slice(&(text.len() as u16).to_ne_bytes());
        identity[end..end + text.len()].copy_from_slice(text.as_bytes());
        end += text.len();
    }
    bytes[at..footer].copy_from_slice(&identity);
    bytes[footer + 32..footer + 40].copy_from_slice(&checksum(&identity).to_ne_bytes());
    let sum = checksum(&bytes[footer..footer + 56]);
    bytes[footer + 56..].copy_from_slice(&sum.to_ne_bytes());
    assert!(Trailer::find(&bytes, chain_end(&bytes) + 2).unwrap().unwrap().identity().is_some());
    bytes
}

#[test]
#[ignore = "writes tests/data; ci/peers then says what the original shows"]
fn write_the_files() {
    for (name, layout) in FILES {
        let bytes = written(layout);
        let bytes = if layout == Layout::Aligned { anonymous(bytes) } else { bytes };
        fs::write(path(name, "mmstats"), bytes).unwrap();
    }
}
