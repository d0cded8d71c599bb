//! Whether an update is what the naive reader expects.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mmstats::{StatsFile, Update};
use mmstats_testing::sameness::{same, same_file};

use crate::model::{Expected, Id, described};

/// Which values a removed file has.
#[derive(Clone, Copy, Debug)]
pub enum Final {
    /// Those that it has now, if it can still be read.
    Now,
    /// Those, or what was read last: it isn't known whether its descriptor was kept.
    NowOrLast,
}

/// Whether an update is what is expected; an error is the first difference.
pub fn check_update(update: &Update<'_>, expected: &Expected, values: Final) -> Result<(), String> {
    let paths = |files: &mut dyn Iterator<Item = PathBuf>| files.collect::<Vec<_>>();
    let files = paths(&mut update.files().map(|file| file.file().path().to_owned()));
    same("files", &files, &expected.files.keys().cloned().collect())?;
    for (found, (path, (file, life))) in update.files().zip(&expected.files) {
        same_file(found.file(), file)
            .map_err(|difference| format!("{}: {difference}", path.display()))?;
        same("device and inode", &found.file().device_and_inode(), &file.device_and_inode())?;
        same(&format!("life of {}", path.display()), found.life(), life)?;
    }
    let added = paths(&mut update.added().map(|file| file.file().path().to_owned()));
    same("added files", &added, &expected.added)?;
    removed(update, expected, values)?;
    let mut errors: Vec<_> = update.all_errors().map(described).collect();
    errors.sort();
    same("all errors", &errors, &expected.all_errors)?;
    let mut errors: Vec<_> = update.errors().map(described).collect();
    errors.sort();
    same("new errors", &errors, &expected.errors)?;
    same("locations", &update.locations(), &&expected.locations[..])?;
    same("gap", &update.after_gap(), &false)
}

fn removed(update: &Update<'_>, expected: &Expected, values: Final) -> Result<(), String> {
    let mut found: BTreeMap<(PathBuf, Id), &StatsFile> = BTreeMap::new();
    for file in update.removed() {
        let file = file.file();
        let id = file.device_and_inode().ok_or("a removed file without an inode")?;
        if found.insert((file.path().to_owned(), id), file).is_some() {
            return Err(format!("removed twice: {}", file.path().display()));
        }
    }
    let keys = |keys: &mut dyn Iterator<Item = &(PathBuf, Id)>| keys.cloned().collect::<Vec<_>>();
    same("removed files", &keys(&mut found.keys()), &keys(&mut expected.removed.keys()))?;
    for ((key, found), (last, now)) in found.iter().zip(expected.removed.values()) {
        let as_now = same_file(found, now.as_ref().unwrap_or(last));
        let result = match values {
            Final::Now => as_now,
            Final::NowOrLast => as_now.or_else(|_| same_file(found, last)),
        };
        result
            .map_err(|difference| format!("final values of {}: {difference}", key.0.display()))?;
    }
    Ok(())
}
