//! What the files of a directory add up to, and processes of their own for tests.

use std::collections::BTreeMap;
use std::path::Path;

use mmstats::{Series, StatsFile};
use mmstats_testing::os::fork::in_child;
use mmstats_testing::stats_dir::files;

/// The sums of all stats of this name, by label.
pub fn by_label(directory: &Path, name: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for path in files(directory) {
        let file = StatsFile::read(&path).unwrap();
        assert!(file.problem().is_none(), "{:?}", file.problem());
        for stat in file.stats().filter(|stat| stat.series().name() == name) {
            let value = stat.component("count").unwrap_or_else(|| stat.value());
            let value = value.as_i64().unwrap_or_else(|| value.as_u64().unwrap() as i64);
            *sums.entry(stat.label().into_owned()).or_insert(0) += value;
        }
    }
    sums
}

/// The labels of these sums, and their values.
pub fn expected<'a>(sums: impl IntoIterator<Item = (&'a str, i64)>) -> BTreeMap<String, i64> {
    sums.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The label of what is beyond the limits.
pub fn overflow(name: &str) -> String {
    Series::new(name).with("overflow", "true").compose()
}

/// Runs a test in a process of its own: the limits are a process's.
pub fn alone(test: impl FnOnce()) {
    let passes = || {
        test();
        true
    };
    assert_eq!(in_child(passes), 0, "see the message of the child");
}
