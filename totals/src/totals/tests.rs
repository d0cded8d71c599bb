use mmstats::{Identity, StatsFile, Verdict};
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::stats_dir::write;

use super::super::file_count::FileCount;
use super::*;

const COUNTER: u8 = 1;
const GAUGE: u8 = 2;

/// A stat of a kind that adds up.
fn stat(label: impl Into<Vec<u8>>, kind: u8, unit: &str, value: u64) -> Foreign {
    Foreign { unit: unit.to_owned(), aggregate: 1, ..Foreign::new(label, kind, "Q", &[value]) }
}

/// The totals of some files, of which those of the second list are of dead programs.
fn totals(by: &str, files: &[Vec<Foreign>], dead: &[Vec<Foreign>]) -> Totals {
    let directory = tempfile::tempdir().unwrap();
    let mut totals = Totals::by(by.parse().unwrap());
    let alive = files.iter().map(|fields| (fields, Verdict::Alive));
    for (fields, verdict) in alive.chain(dead.iter().map(|fields| (fields, Verdict::Dead))) {
        let path = write(directory.path(), "file", &foreign(&Identity::default(), fields));
        let file = StatsFile::read(path).unwrap();
        let mut sum = totals.file(&file, verdict, 0.0);
        file.stats().for_each(|stat| sum.add(&stat));
    }
    totals
}

/// Label, unit, value and number of files of each total.
fn shown(totals: &Totals) -> Vec<String> {
    let shown = totals.iter().map(|total| {
        let numbers = total.numbers();
        let values: Vec<_> = numbers.iter().map(|(_, value)| value.to_string()).collect();
        format!("{} {} {} {}", total.label, total.unit, values.join("-"), total.files.get())
    });
    shown.collect()
}

#[test]
fn series_that_differ_in_other_dimensions_are_added_up() {
    let files = [
        vec![
            stat(r#"r{a="1",b="1"}"#, COUNTER, "jobs", 1),
            stat(r#"r{a="2",b="1"}"#, COUNTER, "jobs", 2),
            stat(r#"r{a="3"}"#, COUNTER, "jobs", 4),
        ],
        vec![stat("r", COUNTER, "jobs", 8), stat(r#"r{a="1",b="1"}"#, COUNTER, "jobs", 16)],
    ];
    let by = |keys| shown(&totals(keys, &files, &[]));
    assert_eq!(by(""), ["r jobs 31 2"]);
    assert_eq!(by("b"), [r#"r{b="1"} jobs 19 2"#, "r jobs 12 2"]);
    assert_eq!(by("a,b").len(), 4);
}

#[test]
fn kinds_and_units_that_differ_are_not_added_up() {
    let files = [
        vec![
            stat(r#"r{a="1"}"#, COUNTER, "jobs", 1),
            stat(r#"r{a="2"}"#, GAUGE, "jobs", 2),
            stat(r#"r{a="3"}"#, COUNTER, "bytes", 4),
            stat(r#"r{a="4"}"#, COUNTER, "jobs", 8),
        ],
        vec![
            stat("r", COUNTER, "bytes", 16),
            stat(r#"r{a="2"}"#, GAUGE, "jobs", 32),
            // What says neither goes with the first.
            stat(r#"r{a="5"}"#, 0, "", 64),
        ],
    ];
    let expected = ["r jobs 73 2", "r jobs 34 2", "r bytes 20 2"];
    assert_eq!(shown(&totals("", &files, &[])), expected);
}

#[test]
fn a_file_counts_once() {
    let series = |value: f64| {
        let label = format!("r{{a=\"{value}\"}}");
        Foreign { aggregate: 1, ..Foreign::float(&label, GAUGE, value) }
    };
    let fields = || vec![series(1.0), series(2.0), series(f64::NAN), series(f64::NAN)];
    let totals = totals("", &[fields(), vec![series(f64::NAN)], fields()], &[fields(), fields()]);
    let total = totals.iter().next().unwrap();
    let Total { files, invalid, dead, dead_files, live_files, .. } = total;
    let counts = [files, invalid, dead, dead_files, live_files];
    assert_eq!(counts.map(FileCount::get), [2, 3, 2, 2, 3]);
    assert_eq!(shown(&totals), ["r  6.0 2"]);
}
