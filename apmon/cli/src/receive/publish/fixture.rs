//! A publisher with its directory, for tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use apmon::wire::{Packet, Parameter, Value};
use mmstats::{StatsFile, find};
use tempfile::TempDir;

use super::super::packets::Received;
use super::Publisher;
use crate::published::STRUCT_NAME;

pub const EXPIRE: Duration = Duration::from_secs(10);
/// When packets arrive.
const ARRIVED: f64 = 1_000_000.5;

/// A publisher with its directory.
pub struct Published {
    pub publisher: Publisher,
    pub began: Instant,
    pub directory: TempDir,
}

impl Published {
    pub fn new(max_nodes: usize) -> Self {
        let directory = TempDir::new().unwrap();
        let publisher = Publisher::new_in(directory.path(), max_nodes, EXPIRE);
        Self { publisher, began: Instant::now(), directory }
    }

    /// Takes a packet that arrives so many seconds after the beginning.
    pub fn take_at(&mut self, packet: &Packet<'_>, seconds: u64) {
        let from = ([127, 0, 0, 1], 1).into();
        let received = Received { bytes: b"", from, at: ARRIVED + seconds as f64 };
        self.publisher.take(&received, packet, self.began + Duration::from_secs(seconds));
    }

    pub fn take(&mut self, cluster: &[u8], node: &[u8], parameters: &[(&[u8], Value<'_>)]) {
        let parameters =
            parameters.iter().map(|&(name, value)| Parameter { name, value }).collect();
        self.take_at(&Packet { cluster, node, parameters, ..Packet::default() }, 0);
    }

    pub fn files(&self) -> Vec<StatsFile> {
        files(self.directory.path())
    }

    /// The names of the nodes' files, without what is common to all.
    pub fn names(&self) -> Vec<String> {
        let name = |file: &StatsFile| file.path().file_name().unwrap().to_str().unwrap().to_owned();
        let mut names: Vec<_> = self.files().iter().map(name).collect();
        names.sort();
        names
    }

    /// What the nodes' files have, by label, but for the default stats.
    pub fn stats(&self) -> BTreeMap<String, String> {
        let mut stats = BTreeMap::new();
        for file in self.files() {
            for stat in file.stats().filter(|stat| !is_default(&stat.label())) {
                let label = stat.label().into_owned();
                let before = stats.insert(label, stat.value().to_string());
                assert_eq!(before, None, "{} twice", stat.label());
            }
        }
        stats
    }

    /// Those stats without the times.
    pub fn values(&self) -> Vec<(String, String)> {
        let values = self.stats().into_iter();
        values.filter(|(label, _)| !label.contains("apmon.updated")).collect()
    }

    /// Values published, cut; then what was rejected: nodes, parameters, older, kind, not finite.
    pub fn counts(&self) -> [u64; 7] {
        let stats = &self.publisher.stats;
        [
            &stats.values,
            &stats.cut,
            &stats.rejected_nodes,
            &stats.rejected_parameters,
            &stats.rejected_older,
            &stats.rejected_kind,
            &stats.rejected_not_finite,
        ]
        .map(mmstats::Counter::get)
    }
}

pub fn files(directory: &Path) -> Vec<StatsFile> {
    let paths = find([directory]);
    let files = paths.paths().iter().map(|path| StatsFile::read(path).unwrap());
    files.filter(|file| struct_name(file) == STRUCT_NAME).collect()
}

/// Whether every file has it.
fn is_default(label: &str) -> bool {
    ["sys.", "org."].iter().any(|prefix| label.starts_with(prefix)) && !label.ends_with('}')
}

fn struct_name(file: &StatsFile) -> &str {
    &file.identity().unwrap().struct_name
}

pub fn value(label: &str, value: &str) -> (String, String) {
    (label.to_owned(), value.to_owned())
}
