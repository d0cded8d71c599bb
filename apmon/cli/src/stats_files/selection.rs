//! Which stats files are sent at all.

use mmstats::{ProcessKey, StatsFile};

use crate::published::STRUCT_NAME;

/// Leaves out the files that must not be sent.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    own: Option<ProcessKey>,
}

impl Selection {
    /// Leaves out files of this process, and of nodes that `apmon receive` published: with its file, what
    /// a node sent would be sent again, received again, and so on.
    pub fn without_own() -> Self {
        Self { own: Some(ProcessKey::current()) }
    }

    /// Leaves out only files of published nodes.
    #[cfg(test)]
    pub const fn with_own() -> Self {
        Self { own: None }
    }

    /// Whether a file may be sent.
    pub fn has(&self, file: &StatsFile) -> bool {
        let is_published =
            file.identity().is_some_and(|identity| identity.struct_name == STRUCT_NAME);
        let is_own = self.own.is_some() && file.process() == self.own;
        !is_published && !is_own
    }
}

#[cfg(test)]
mod tests {
    use mmstats::{Counter, Field, Options};

    use super::*;

    #[test]
    fn own_files_and_published_nodes_are_left_out() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let stats = Options::dynamic(name).path(directory.path()).create().unwrap();
            let _count: Counter = stats.add(Counter::named("count")).unwrap();
            StatsFile::read(stats.path().unwrap()).unwrap()
        };
        let (shop, node) = (file("Shop"), file("ApMonNode"));
        let has = |selection: Selection| [&shop, &node].map(|file| selection.has(file));
        assert_eq!(has(Selection::with_own()), [true, false]);
        assert_eq!(has(Selection::without_own()), [false, false]);
        let bytes = b"\x01\x04\0jobs\x01\0B\xff\x07";
        let original = StatsFile::from_bytes("original", bytes).unwrap();
        assert!(Selection::without_own().has(&original), "a file that says nothing");
    }
}
