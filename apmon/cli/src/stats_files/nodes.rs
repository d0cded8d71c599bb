//! Which files are of which node, and which nodes are sent.

use std::collections::BTreeMap;

use mmstats::{FileChange, Verdict};

use super::constants::Constants;
use super::problems::{Problem, Problems};
use super::template::Template;

/// How many nodes are sent.
pub const MAX_NODES: usize = 1_000;
/// The maximum size of the name of a cluster or node, in bytes.
const MAX_NAME: usize = 255;

/// A cluster and a node of it.
pub type NodeName = (String, String);

/// The files of a node: living ones, and those that are gone or whose program is dead, for what they
/// counted last.
pub type NodeFiles<'a> = Vec<&'a FileChange>;

/// The nodes that are sent, with what was sent of them.
#[derive(Debug, Default)]
pub struct Nodes(BTreeMap<NodeName, Constants>);

/// Whether a file's program isn't known to be dead.
pub fn is_live(file: &FileChange) -> bool {
    !file.is_removed() && file.life().verdict != Verdict::Dead
}

impl Nodes {
    /// The files of each node that has a living one, and what was sent of it. Nodes that were sent before
    /// have their place, others come by name while there is room. Returns the number of nodes without one,
    /// too.
    pub fn admit<'a>(
        &mut self,
        files: impl Iterator<Item = &'a FileChange>,
        templates: [&Template; 2],
        problems: &mut Problems,
    ) -> (Vec<(&NodeName, &mut Constants, NodeFiles<'a>)>, usize) {
        let mut found = grouped(files, templates, problems);
        found.retain(|_, files| files.iter().any(|file| is_live(file)));
        self.0.retain(|name, _| found.contains_key(name));
        let mut without_place = 0;
        for name in found.keys() {
            if self.0.len() < MAX_NODES || self.0.contains_key(name) {
                self.0.entry(name.clone()).or_default();
                continue;
            }
            without_place += 1;
            let (cluster, node) = name.clone();
            problems.add(Problem::Nodes { cluster, node, max: MAX_NODES });
        }
        let admitted = self.0.iter_mut().filter_map(|(name, constants)| {
            found.remove(name).map(|files| (name, constants, files))
        });
        (admitted.collect(), without_place)
    }
}

fn grouped<'a>(
    files: impl Iterator<Item = &'a FileChange>,
    [cluster, node]: [&Template; 2],
    problems: &mut Problems,
) -> BTreeMap<NodeName, NodeFiles<'a>> {
    let mut found: BTreeMap<NodeName, NodeFiles<'a>> = BTreeMap::new();
    for change in files {
        let file = change.file();
        let name = (cluster.name_for(file), node.name_for(file));
        let bytes = name.0.len().max(name.1.len());
        if bytes <= MAX_NAME {
            found.entry(name).or_default().push(change);
        } else {
            let path = file.path().to_path_buf();
            problems.add(Problem::Name { path, bytes, max: MAX_NAME });
        }
    }
    found
}
