//! Whether an update is what the naive reader expects.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;

use mmstats::{Stat, StatsFile, Update};

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
pub fn agree(update: &Update<'_>, expected: &Expected, values: Final) -> Result<(), String> {
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

/// Whether two snapshots have the same content, whatever their paths.
pub fn same_file(found: &StatsFile, expected: &StatsFile) -> Result<(), String> {
    let reason = |file: &StatsFile| file.problem().map(mmstats::ReadError::reason);
    same("size", &found.size(), &expected.size())?;
    same("problem", &reason(found), &reason(expected))?;
    same("identity", &found.identity(), &expected.identity())?;
    same("trailer", &found.has_trailer(), &expected.has_trailer())?;
    same("number of stats", &found.stats().len(), &expected.stats().len())?;
    for (found, expected) in found.stats().zip(expected.stats()) {
        let label = expected.label();
        same_stat(&found, &expected).map_err(|difference| format!("{label:?}: {difference}"))?;
    }
    Ok(())
}

fn same_stat(found: &Stat<'_>, expected: &Stat<'_>) -> Result<(), String> {
    same("label", &found.label_bytes(), &expected.label_bytes())?;
    same("kind", &found.kind(), &expected.kind())?;
    same("unit", &found.unit(), &expected.unit())?;
    same("help", &found.help(), &expected.help())?;
    same("aggregate", &found.aggregate(), &expected.aggregate())?;
    same("note", &found.note(), &expected.note())?;
    let [found, expected] = [found, expected].map(Stat::field_layout);
    same("signature", &found.signature, &expected.signature)?;
    same("offset", &found.offset, &expected.offset)?;
    same("write buffer", &found.write_buffer, &expected.write_buffer)?;
    same("bytes", &found.buffers, &expected.buffers)
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}\n   found: {found:?}\nexpected: {expected:?}"))
}
