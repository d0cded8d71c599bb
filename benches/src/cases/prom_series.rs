//! Prometheus' text format: series of a few names, against plain stats.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::Utf8Error;

use mmstats::{Counter, Field, Options, Published, Series};

use super::files::allow_descriptors;
use super::prom::{arguments, dump_all};
use super::{Against, Bench, Comparison};
use crate::harness::{Measurement, Pair, repeated};

pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        operation: "`-o prom` of 10,000 series of 20 names in one file (family)",
        against: Against::Other("the same number of plain stats"),
        asked: Some(1.3),
        measure: |bench| series(bench, 1, false),
    },
    Comparison {
        operation: "the same with `--sum` (family)",
        against: Against::Other("the same number of plain stats"),
        asked: Some(1.3),
        measure: |bench| series(bench, 1, true),
    },
    Comparison {
        operation: "`-o prom` of 20 series in each of 500 files (family)",
        against: Against::Other("20 plain stats in each"),
        asked: Some(1.3),
        measure: |bench| series(bench, FILES, false),
    },
];

/// How many names the series have.
const NAMES: usize = 20;
const VALUES: usize = 10_000;
const FILES: usize = VALUES / NAMES;

/// Series, against plain stats, both evenly spread over some files.
fn series(bench: &Bench, files: usize, sum: bool) -> Result<Measurement, Box<dyn Error>> {
    let labelled = |name: &str, label: &dyn Fn(usize, usize) -> String| {
        Counters::create(&bench.directory.join(name), files, label)
    };
    let series = labelled("series", &|name, number| {
        let tenant = format!("tenant-{number}");
        let series = Series::new(format!("shop.web.count.{name}"));
        series.with("tenant", tenant).with("status", "200").compose()
    })?;
    let plain = labelled("plain", &|name, number| {
        format!("shop.web.tenant-{number}.status.200.count.{name}")
    })?;
    let [ours, other] = [&series, &plain].map(|it| arguments(it.directory.clone(), sum));
    let (mut our_text, mut other_text) = (Vec::new(), Vec::new());
    dump_all(&ours, &mut our_text);
    dump_all(&other, &mut other_text);
    let of_stats = |text: &[u8]| -> Result<usize, Utf8Error> {
        let lines = std::str::from_utf8(text)?.lines();
        Ok(lines.filter(|line| line.starts_with("shop_web_")).count())
    };
    assert_eq!([of_stats(&our_text)?, of_stats(&other_text)?], [VALUES; 2], "every value");
    Ok(bench.harness.compare(Pair {
        ours: repeated(|| dump_all(&ours, &mut our_text)),
        other: repeated(|| dump_all(&other, &mut other_text)),
        besides: None,
    })?)
}

/// Files of counters, 20 with each number.
struct Counters {
    directory: PathBuf,
    _writers: Vec<Published<()>>,
}

impl Counters {
    /// `label` gets the number of a name, and which of the counters with that name it is.
    fn create(
        directory: &Path,
        files: usize,
        label: &dyn Fn(usize, usize) -> String,
    ) -> Result<Self, Box<dyn Error>> {
        allow_descriptors(2 * files)?;
        fs::create_dir(directory)?;
        let create = |file: usize| -> Result<_, Box<dyn Error>> {
            let options = Options::dynamic("Bench").path(directory).default_fields(false);
            let options = options.filename(format!("shop-{file}.mmstats"));
            let stats = options.capacity(VALUES / files * 256).create()?;
            // In the order in which a program meets them: it counts under several names at once.
            for number in 0..VALUES / files / NAMES {
                for name in 0..NAMES {
                    // The files have the same labels, as those of a program's threads.
                    let counter: Counter = stats.add(Counter::named(label(name, number)))?;
                    counter.add((file + number * name) as u64);
                }
            }
            Ok(stats)
        };
        let writers = (0..files).map(create).collect::<Result<_, _>>()?;
        Ok(Self { directory: directory.to_path_buf(), _writers: writers })
    }
}

impl Drop for Counters {
    /// The next row wants directories of the same names.
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}
