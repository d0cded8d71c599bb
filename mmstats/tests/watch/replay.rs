//! What a recording keeps of each update gives the same updates again, and the same changes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mmstats::{Changes, StructureId, Update, UpdateParts, WatchedFile};
use mmstats_testing::kept_update::{described, recorded};
use mmstats_testing::parts::{Parts, kept};
use mmstats_testing::sameness::{same, same_update};

/// A file that was kept, and what it had at the poll before.
struct Known {
    id: StructureId,
    inode: Option<(u64, u64)>,
    revision: u64,
    kept: WatchedFile,
}

/// Takes each update apart, puts it together again, and compares.
#[derive(Default)]
pub struct Replay {
    files: BTreeMap<PathBuf, Known>,
    live: Changes,
    replayed: Changes,
}

impl Replay {
    pub fn follow(&mut self, update: &Update<'_>) -> Result<(), String> {
        let here = |file: &&WatchedFile| file.file().path().to_owned();
        let paths: Vec<_> = update.files().map(|file| here(&file)).collect();
        self.files.retain(|path, _| paths.contains(path));
        for watched in update.files() {
            self.keep(watched)?;
        }
        let added: Vec<_> = update.added().map(|file| here(&file)).collect();
        let removed: Vec<_> = update.removed().iter().map(kept).collect();
        let errors = update.errors().map(recorded).collect::<Vec<_>>();
        let all_errors = update.all_errors().map(recorded).collect::<Vec<_>>();

        let mut parts = UpdateParts::new(update.monotonic(), update.wall());
        parts.files = self.files.values().map(|known| &known.kept).rev().collect();
        parts.added = added.iter().filter_map(|path| Some(&self.files.get(path)?.kept)).collect();
        parts.added.reverse();
        parts.removed = &removed;
        parts.errors = errors.iter().collect();
        parts.all_errors = all_errors.iter().collect();
        parts.locations = update.locations();
        let replayed = Update::from(parts);
        same_update(&replayed, update)?;
        self.live.advance(update);
        self.replayed.advance(&replayed);
        same("changes", &described(&self.replayed), &described(&self.live))
    }

    /// Takes the file's values, or all of it if it is another one or has another structure.
    fn keep(&mut self, watched: &WatchedFile) -> Result<(), String> {
        let file = watched.file();
        let (id, inode, revision) = (file.structure_id(), file.device_and_inode(), file.revision());
        let known = self.files.get_mut(file.path());
        let Some(known) = known.filter(|known| (&known.id, &known.inode) == (&id, &inode)) else {
            let kept = kept(watched);
            self.files.insert(file.path().to_owned(), Known { id, inode, revision, kept });
            return Ok(());
        };
        let (new, old) = (Parts::of(file), Parts::of(known.kept.file()));
        same("structure", &new.structure, &old.structure)?;
        same("identity", &new.identity, &old.identity)?;
        if known.revision == revision {
            same("words of the same revision", &new.words, &old.words)?;
            same("unstable of the same revision", &new.unstable, &old.unstable)?;
        } else {
            known.kept.file_mut().set_words(&new.words).map_err(|error| format!("{error:#}"))?;
            known.kept.file_mut().set_unstable(&new.unstable);
            known.revision = revision;
        }
        known.kept.set_life(watched.life().clone());
        Ok(())
    }
}
