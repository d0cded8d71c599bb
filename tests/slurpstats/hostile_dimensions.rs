//! Files with as many label sets, or as long ones, as anybody can write.

use std::fs;
use std::io::sink;

use clap::Parser;
use mmstats::Identity;
use mmstats_testing::foreign::{Foreign, foreign};
use mmstats_testing::stats_dir::write;
use mmstats_tools::common::terminal::ColorChoice;
use mmstats_tools::slurpstats::{Arguments, dump};

/// What a series takes, at most, of the time that a plain stat takes. What looks at all series for
/// each of them takes a thousand times as long.
const MAX_RATIO: f64 = 20.0;

/// The time of the processor that this thread has used, in clock ticks.
fn cpu_ticks() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next().unwrap().parse::<f64>().unwrap();
    next() + next()
}

/// How long it takes to dump a file with these fields.
fn ticks(fields: &[Foreign], arguments: &[&str]) -> f64 {
    let directory = tempfile::tempdir().unwrap();
    let path = write(directory.path(), "file.mmstats", &foreign(&Identity::default(), fields));
    let arguments = ["slurpstats"].iter().chain(arguments).map(|&it| it.to_owned());
    let arguments = Arguments::parse_from(arguments.chain([path.to_str().unwrap().to_owned()]));
    let before = cpu_ticks();
    dump(&arguments, ColorChoice::Never.paint(&std::io::stdout()), sink()).unwrap();
    cpu_ticks() - before
}

fn counters(labels: impl Iterator<Item = String>) -> Vec<Foreign> {
    labels.map(|label| Foreign::new(label, 1, "Q", &[1])).collect()
}

/// Checks that dumping each file takes about as long as dumping the first one.
fn compare(plain: &[Foreign], others: &[(&str, &[Foreign], &[&str])]) {
    // A clock tick more, as none may have passed.
    let expected = ticks(plain, &["--sum"]) + 1.0;
    for (what, fields, arguments) in others {
        let found = ticks(fields, arguments);
        assert!(found < MAX_RATIO * expected, "{what} {arguments:?}: {found}, {expected}");
    }
}

#[test]
fn a_hundred_thousand_label_sets_take_about_as_long_as_plain_labels() {
    let numbers = || 0..100_000;
    let plain = counters(numbers().map(|number| format!("plain.label.number.{number}")));
    let series = counters(numbers().map(|number| format!("r{{key=\"{number}\"}}")));
    // Names in no order, of which some come again.
    let names =
        counters(numbers().map(|number| format!("r{}{{key=\"1\"}}", number * 7919 % 99_991)));
    let mut units = series.clone();
    for (number, field) in units.iter_mut().enumerate() {
        field.unit = number.to_string();
    }
    compare(
        &plain,
        &[
            ("series", &series, &["--sum", "--by", "key", "-o", "json"]),
            ("names", &names, &[]),
            ("units", &units, &["--sum", "--by", ""]),
        ],
    );
}

#[test]
fn long_labels_take_about_as_long_as_plain_ones() {
    let numbers = || 0..50;
    let long = "x".repeat(60 << 10);
    let pairs: Vec<_> = (0..5_000).map(|key| format!(",k{key:05}=\"1\"")).collect();
    let pairs = pairs.concat();
    let plain = counters(numbers().map(|number| format!("{long}{number}")));
    let series = counters(numbers().map(|number| format!("r{{key=\"{long}{number}\"}}")));
    let broken = counters(numbers().map(|number| format!("r{{key=\"{long}{number},}}")));
    let escaped = "\\\\".repeat(30 << 10);
    let escaped = counters(numbers().map(|number| format!("r{{key=\"{escaped}{number}\"}}")));
    let many = counters(numbers().map(|number| format!("r{{a=\"{number}\"{pairs}}}")));
    let (by_key, by_other) = (["--sum", "--by", "key"], ["--sum", "--by", "k00001,k04999"]);
    compare(
        &plain,
        &[
            ("long", &series, &by_key),
            ("broken", &broken, &by_other),
            ("escaped", &escaped, &by_key),
            ("many", &many, &by_other),
            ("many", &many, &["-o", "json"]),
        ],
    );
}
