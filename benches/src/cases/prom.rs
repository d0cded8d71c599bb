//! Prometheus' text format: from files that have to be read, against metrics in memory.

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use mmstats_cli::exit::Outcome;
use mmstats_cli::generate::GenerateArgument;
use mmstats_tools::common::arguments::{CommonArguments, LimitArguments, OwnerArguments};
use mmstats_tools::common::terminal::ColorChoice;
use mmstats_tools::slurpstats::{Arguments, Format, dump};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::files::Files;
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};
use crate::stats::Twenty;

pub const COMPARISONS: &[Comparison] = &[Comparison {
    operation: "`-o prom` of 10,000 values in 500 files, read included",
    against: Against::Other("prometheus-client, `encode` of 10,000 in memory"),
    asked: Some(2.0),
    measure: text,
}];

const FILES: usize = 500;

fn text(bench: &Bench) -> Result<Measurement, Box<dyn Error>> {
    let files = Files::create(&bench.directory.join("prom"), FILES, Twenty::fill)?;
    let arguments = arguments(files.directory.clone(), false);
    let registry = registry(&files);
    let (mut ours, mut other) = (Vec::new(), String::new());
    let dump_all = |out: &mut Vec<u8>| dump_all(&arguments, out);
    let encode_all = |out: &mut String| {
        out.clear();
        encode(out, &registry).expect("a String takes everything");
    };
    dump_all(&mut ours);
    encode_all(&mut other);
    // Ours also has `mmstats_up` of each file, and `mmstats_files`.
    let samples = (samples(std::str::from_utf8(&ours)?), samples(&other));
    assert_eq!(samples, (FILES * 21 + 1, FILES * 20), "every value");
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| dump_all(&mut ours)),
        other: repeated(|| encode_all(&mut other)),
        besides: None,
    })?)
}

/// Reads and writes all of them.
pub fn dump_all(arguments: &Arguments, out: &mut Vec<u8>) {
    out.clear();
    let paint = ColorChoice::Never.paint(&std::io::stdout());
    let outcome = dump(arguments, paint, out).expect("a Vec takes everything");
    assert!(matches!(outcome, Outcome::Fine), "all files are read");
}

/// `slurpstats -o prom DIRECTORY`, perhaps with `--sum`
pub fn arguments(directory: PathBuf, sum: bool) -> Arguments {
    Arguments {
        locations: vec![directory.into()],
        labels: Vec::new(),
        alive: false,
        dead: false,
        sum,
        by: None,
        layout: false,
        help_texts: false,
        texts: false,
        raw: false,
        output: Format::Prom,
        file: None,
        at: None,
        added_labels: Vec::new(),
        owner: OwnerArguments::default(),
        limits: LimitArguments { max_bytes: u64::MAX, max_labels: u64::MAX },
        common: CommonArguments {
            color: ColorChoice::Never,
            generate: GenerateArgument { what: None },
        },
    }
}

/// What distinguishes the metrics of one file from another's.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Labels {
    file: String,
    pid: u32,
}

/// The same number of metrics with the same labels: of twenty, eight are counters.
fn registry(files: &Files<Twenty>) -> Registry {
    let mut registry = Registry::default();
    let labels =
        |path: &PathBuf| Labels { file: path.display().to_string(), pid: std::process::id() };
    for number in 0..8 {
        let family = Family::<Labels, Counter>::default();
        for (value, path) in files.paths.iter().enumerate() {
            family.get_or_create(&labels(path)).inc_by(1_000 * value as u64);
        }
        registry.register(format!("shop_web_count_{number}"), "Requests answered", family);
    }
    for number in 0..12 {
        let family = Family::<Labels, Gauge<f64, AtomicU64>>::default();
        for (value, path) in files.paths.iter().enumerate() {
            family.get_or_create(&labels(path)).set(value as f64);
        }
        registry.register(format!("shop_web_level_{number}"), "Requests in work", family);
    }
    registry
}

/// Lines that have a value.
fn samples(text: &str) -> usize {
    text.lines().filter(|line| !line.starts_with('#')).count()
}
