//! Stats files in a directory, and what of them would be sent.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use apmon::{Parameter, Value};
use mmstats::{Declaration, Field, Options, Published};
use mmstats_testing::original;
use tempfile::TempDir;

use super::selection::Selection;
use super::{LeftOut, StatsFiles};

/// A directory of stats files that is polled every ten seconds.
pub struct Polled {
    directory: TempDir,
    pub files: StatsFiles,
    now: Instant,
    wall: SystemTime,
    pub all_texts: bool,
}

impl Polled {
    pub fn new(cluster: &str, node: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let locations: [OsString; 1] = [directory.path().into()];
        let [cluster, node] = [cluster, node].map(|it| it.parse().unwrap());
        let mut files = StatsFiles::new(&locations, cluster, node);
        files.selection = Selection::with_own();
        let (now, wall) = (Instant::now(), SystemTime::now());
        Self { directory, files, now, wall, all_texts: false }
    }

    /// A writer without the default stats.
    pub fn writer(&self) -> Published<()> {
        let options = Options::dynamic("Shop").path(self.directory.path());
        options.default_fields(false).create().unwrap()
    }

    /// The time of the next poll.
    pub fn tick(&mut self) -> (Instant, SystemTime) {
        let step = Duration::from_secs(10);
        (self.now, self.wall) = (self.now + step, self.wall + step);
        (self.now, self.wall)
    }

    /// Each node with its parameters, as `NAME=VALUE`.
    pub fn poll(&mut self) -> Vec<(String, Vec<String>)> {
        let mut nodes = Vec::new();
        let (now, wall) = self.tick();
        self.files.poll(now, wall, self.all_texts, |cluster, node, parameters| {
            nodes.push((format!("{cluster}/{node}"), parameters.iter().map(shown).collect()));
        });
        nodes
    }

    /// Writes a file of the original, about whose writer nothing is known but this thread.
    pub fn write(&self, name: &str, thread: u64, labels: impl Iterator<Item = String>) -> PathBuf {
        let mut bytes = vec![1];
        bytes.extend(original::field(b"sys.tid", "Q", 0xff, &thread.to_ne_bytes()));
        for label in labels {
            bytes.extend(original::field(label.as_bytes(), "Q", 0xff, &1_u64.to_ne_bytes()));
        }
        let path = self.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The problems since the last call.
    pub fn problems(&mut self) -> Vec<String> {
        self.files.take_problems().iter().map(ToString::to_string).collect()
    }

    /// The nodes and parameters left out so far.
    pub fn left_out(&self) -> [u64; 2] {
        let LeftOut { nodes, parameters } = self.files.left_out();
        [nodes, parameters]
    }

    /// The parameters of the only node.
    pub fn parameters(&mut self) -> Vec<String> {
        let mut nodes = self.poll();
        assert!(nodes.len() <= 1, "{nodes:?}");
        nodes.pop().unwrap_or_default().1
    }
}

fn shown(parameter: &Parameter<'_>) -> String {
    let value = match parameter.value {
        Value::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
        Value::I32(number) => number.to_string(),
        Value::F64(number) => format!("{number:?}"),
        ref other => format!("{other:?}"),
    };
    format!("{}={value}", String::from_utf8_lossy(parameter.name))
}

/// Adds a stat.
pub fn add<F: Field>(writer: &Published<()>, declaration: Declaration<F>) -> F {
    writer.add(declaration).unwrap()
}
