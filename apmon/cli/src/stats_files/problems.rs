//! What went wrong, each of it once.

use std::collections::HashSet;
use std::fmt;
use std::mem::{Discriminant, discriminant};
use std::path::{Path, PathBuf};

use mmstats::{ReadError, Update};

/// How many bad files are reported: anybody may put any number of them into a directory.
const MAX_FILES: usize = 1_000;

/// Why something isn't sent. What stands in files is in quotes, with escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A file can't be read, or not to its end, or there is no such file.
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// More files can't be read than are reported.
    MoreFiles,
    /// There are more nodes than can be sent; this is the first of the others.
    Nodes {
        /// Its cluster.
        cluster: String,
        /// Its name.
        node: String,
        /// How many can be sent.
        max: usize,
    },
    /// The names of a cluster and node are too long.
    Name {
        /// The file that gives them.
        path: PathBuf,
        /// The size of the longer one.
        bytes: usize,
        /// The maximum.
        max: usize,
    },
    /// A node has more parameters than can be sent.
    Parameters {
        /// Its cluster.
        cluster: String,
        /// Its name.
        node: String,
        /// How many can be sent.
        max: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, reason } => write!(f, "{}: {reason}", Escaped(path)),
            Self::MoreFiles => {
                write!(f, "more than {MAX_FILES} stats files can't be read; no more are reported")
            }
            Self::Nodes { cluster, node, max } => write!(
                f,
                "stats files have more than {max} nodes; no stats are sent of node {node:?} in cluster \
                 {cluster:?}, and of others"
            ),
            Self::Name { path, bytes, max } => write!(
                f,
                "{}: the name of its cluster or node has {bytes} bytes, at most {max} can be sent",
                Escaped(path)
            ),
            Self::Parameters { cluster, node, max } => write!(
                f,
                "node {node:?} in cluster {cluster:?} has more than {max} parameters of stats; the first \
                 {max} by name are sent"
            ),
        }
    }
}

struct Escaped<'a>(&'a Path);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mmstats_cli::escape::escape_path(self.0))
    }
}

/// Problems that nobody has taken yet, and which were reported.
#[derive(Debug, Default)]
pub struct Problems {
    waiting: Vec<Problem>,
    /// Files that were reported.
    files: HashSet<PathBuf>,
    /// Kinds of other problems that were reported.
    kinds: HashSet<Discriminant<Problem>>,
}

impl Problems {
    /// Those of a poll. What doesn't exist is a problem only at the first one: what goes later belongs
    /// to a program that ended.
    pub fn add_errors(&mut self, update: &Update<'_>, is_first: bool) {
        update.errors().filter(|error| is_first || !error.is_not_found()).for_each(|error| {
            self.add_error(error);
        });
    }

    fn add_error(&mut self, error: &ReadError) {
        if self.files.contains(error.path()) {
            return;
        }
        if self.files.len() < MAX_FILES {
            let path = error.path().to_path_buf();
            self.files.insert(path.clone());
            self.waiting.push(Problem::File { path, reason: error.reason() });
        } else {
            self.add(Problem::MoreFiles);
        }
    }

    /// Adds any other problem, unless there was one of the same kind before.
    pub fn add(&mut self, problem: Problem) {
        if self.kinds.insert(discriminant(&problem)) {
            self.waiting.push(problem);
        }
    }

    /// Those since the last call.
    pub fn take(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.waiting)
    }
}
